"""One message to one person, in the words of the system that asks for it."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any, ClassVar

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api_keys import Scope
from compliance.facts import Sensitivity
from compliance.purposes import Purpose, Remuneration
from contacts import services as contacts
from contacts.models import Contact
from contacts.services import RecipientUnclear
from delivery.letters.words import File, LetterRefused, Mailbox, Words, Writing, decoded
from delivery.models import Letter
from delivery.services import letters
from integrations.api.base import Resource
from integrations.api.documented import IDEMPOTENCY_KEY, documented
from integrations.api.fields import StrictSerializer, refuse
from integrations.api.messages import MessageAnswer, message_shown
from integrations.api.repeatable import repeatable
from integrations.api.with_files import WithFiles
from integrations.letters.asking import PurposeNeeded, with_defaults
from tenancy import clock


class MailboxBody(StrictSerializer):
    email = serializers.CharField(max_length=254)
    name = serializers.CharField(max_length=120, required=False, allow_blank=True, default="")


class ToBody(StrictSerializer):
    """Whom it is for: our id, or your record number, or an address."""

    contact_id = serializers.UUIDField(required=False)
    external_id = serializers.CharField(max_length=100, required=False)
    email = serializers.CharField(
        max_length=254, required=False, help_text="Somebody unknown becomes a contact."
    )
    name = serializers.CharField(max_length=120, required=False, allow_blank=True, default="")

    def validate(self, attrs: dict[str, object]) -> dict[str, object]:
        named = {"contact_id", "external_id", "email"} & attrs.keys()
        if not named or ("contact_id" in named and len(named) > 1):
            raise refuse({"email": "Send contact_id alone, or external_id, or email."})
        return attrs


class FileBody(StrictSerializer):
    name = serializers.CharField(max_length=150)
    media_type = serializers.CharField(max_length=100, help_text="Such as application/pdf.")
    content = serializers.CharField(allow_blank=True, help_text="In base64.")
    content_id = serializers.CharField(
        max_length=100, required=False, default="", help_text="For a picture in the HTML."
    )


class LetterBody(StrictSerializer):
    """A message in your words. It goes by the same gate, checks and routes as a campaign."""

    to = ToBody()
    sender = MailboxBody(help_text="On a domain that your workspace has proven.")
    purpose = serializers.ChoiceField(
        Purpose.choices, required=False, help_text="Needed unless the key has one for all."
    )
    subject = serializers.CharField(max_length=300)
    text = serializers.CharField(required=False, allow_blank=True, default="")
    html = serializers.CharField(required=False, allow_blank=True, default="")
    reply_to = MailboxBody(required=False)
    headers = serializers.DictField(child=serializers.CharField(max_length=2_000), required=False)
    files = FileBody(many=True, required=False)
    categories = serializers.ListField(
        child=serializers.CharField(max_length=100), max_length=10, required=False
    )
    metadata = serializers.DictField(child=serializers.CharField(max_length=500), required=False)
    sensitivity = serializers.ChoiceField(
        [level.name for level in Sensitivity], required=False, default="S0",
        help_text="What it holds at least. The key says what all of its letters hold (S2: health "
        "information); this and what is found in the text only raise it.",
    )  # fmt: skip
    protection = serializers.ChoiceField(
        Letter.Protection.choices, required=False, default=Letter.Protection.STRONGEST
    )
    remuneration = serializers.ChoiceField(
        Remuneration.choices, required=False, default=Remuneration.UNSTATED
    )
    send_at = serializers.DateTimeField(required=False)
    must_arrive_by = serializers.DateTimeField(
        required=False,
        help_text="For care and payment: if it has not arrived by then, the ways of your policy are "
        "tried, and then staff is asked to reach the person.",
    )
    must_arrive_within_hours = serializers.IntegerField(
        required=False, min_value=1, max_value=2160, help_text="The same, counted from send_at."
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if {"must_arrive_by", "must_arrive_within_hours"} <= attrs.keys():
            raise refuse({"must_arrive_by": "Send a time or a number of hours, not both."})
        return attrs


class Letters(WithFiles):
    scopes: ClassVar = {"POST": Scope.LETTERS_SEND}

    @documented(
        "letters_send",
        "Send one message in your own words",
        request=LetterBody,
        answers={HTTPStatus.ACCEPTED: MessageAnswer},
        parameters=[IDEMPOTENCY_KEY],
    )
    @repeatable
    def post(self, request: Request) -> Response:
        """It leaves within a minute. Ask for the message by its id to see what became of it."""
        body = LetterBody(data=request.data)
        body.is_valid(raise_exception=True)
        asked = body.validated_data
        try:
            purpose = asked.get("purpose", "")
            letter = letters.check(with_defaults(_writing(asked), self.key, purpose=purpose))
            message = letters.send(letter, _contact(asked["to"], self), actor=self.actor)
        except LetterRefused as refusal:
            raise refuse({refusal.field: str(refusal)}) from None
        except PurposeNeeded as needed:
            raise refuse({"purpose": str(needed)}) from None
        except RecipientUnclear as unclear:
            raise refuse({"to": str(unclear)}) from None
        return Response(message_shown(message, self), status=HTTPStatus.ACCEPTED)


def _contact(to: Mapping[str, Any], view: Resource) -> Contact:
    if "contact_id" in to:
        contact = Contact.objects.filter(pk=to["contact_id"]).first()
        if contact is None:
            raise RecipientUnclear("There is nobody with this id.")
        return contact
    if "external_id" in to:
        return contacts.person_with(to["external_id"], address=to.get("email", ""))
    return contacts.recipient(to["email"], name=to["name"], actor=view.actor)


def _writing(asked: Mapping[str, Any]) -> Writing:
    reply_to = asked.get("reply_to")
    return Writing(
        words=Words(
            sender=_mailbox(asked["sender"]),
            subject=asked["subject"],
            text=asked["text"],
            html=asked["html"],
            reply_to=_mailbox(reply_to) if reply_to else None,
            headers=tuple(asked.get("headers", {}).items()),
        ),
        purpose=Purpose.TREATMENT,
        files=tuple(_file(file) for file in asked.get("files", ())),
        remuneration=Remuneration(asked["remuneration"]),
        sensitivity=Sensitivity[asked["sensitivity"]],
        protection=Letter.Protection(asked["protection"]),
        labels={
            "categories": asked.get("categories", []),
            "metadata": asked.get("metadata", {}),
        },
        send_at=asked.get("send_at"),
        must_arrive_by=_deadline(asked),
    )


def _deadline(asked: Mapping[str, Any]) -> datetime | None:
    if hours := asked.get("must_arrive_within_hours"):
        leaves_at: datetime = asked.get("send_at") or clock.now()
        return leaves_at + timedelta(hours=hours)
    return asked.get("must_arrive_by")


def _mailbox(body: Mapping[str, str]) -> Mailbox:
    return Mailbox(body["email"], body["name"])


def _file(body: Mapping[str, str]) -> File:
    return File(body["name"], body["media_type"], decoded(body["content"]), body["content_id"])
