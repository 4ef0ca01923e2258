"""One message to one person, in the words of the system that asks for it."""

import binascii
from base64 import b64decode
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, ClassVar

import orjson
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api_keys import Scope
from compliance.facts import Sensitivity
from compliance.purposes import Purpose, Remuneration
from contacts import services as contacts
from contacts.models import Contact
from contacts.services import RecipientUnclear
from delivery.letters.words import File, LetterRefused, Mailbox, Words, Writing
from delivery.models import Letter
from delivery.services import letters
from integrations.api.base import Resource
from integrations.api.documented import IDEMPOTENCY_KEY, documented
from integrations.api.fields import StrictSerializer, refuse
from integrations.api.messages import MessageAnswer, message_shown
from integrations.api.repeatable import repeatable

# Ten megabytes of files as base64, and the text.
LARGEST_BODY = 15_000_000


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
    purpose = serializers.ChoiceField(Purpose.choices)
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
        ["S2", "S3"], required=False, default="S2",
        help_text="What it holds: S2 health information, S3 specially protected. What is found in "
        "the text raises it.",
    )  # fmt: skip
    protection = serializers.ChoiceField(
        Letter.Protection.choices, required=False, default=Letter.Protection.STRONGEST
    )
    remuneration = serializers.ChoiceField(
        Remuneration.choices, required=False, default=Remuneration.UNSTATED
    )
    send_at = serializers.DateTimeField(required=False)


class Letters(Resource):
    scopes: ClassVar = {"POST": Scope.LETTERS_SEND}
    largest_body: ClassVar[int] = LARGEST_BODY

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
            letter = letters.check(_writing(asked))
            message = letters.send(letter, _contact(asked["to"], self), actor=self.actor)
        except LetterRefused as refusal:
            raise refuse({refusal.field: str(refusal)}) from None
        except RecipientUnclear as unclear:
            raise refuse({"to": str(unclear)}) from None
        return Response(message_shown(message, None), status=HTTPStatus.ACCEPTED)

    def fingerprint(self, request: Request) -> bytes:
        """From what was read: a body of this size is not kept beside it."""
        return b"letter\n" + orjson.dumps(request.data, option=orjson.OPT_SORT_KEYS)


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
        purpose=Purpose(asked["purpose"]),
        files=tuple(_file(file) for file in asked.get("files", ())),
        remuneration=Remuneration(asked["remuneration"]),
        sensitivity=max(Sensitivity.S2, Sensitivity[asked["sensitivity"]]),
        protection=Letter.Protection(asked["protection"]),
        labels={
            "categories": asked.get("categories", []),
            "metadata": asked.get("metadata", {}),
        },
        send_at=asked.get("send_at"),
    )


def _mailbox(body: Mapping[str, str]) -> Mailbox:
    return Mailbox(body["email"], body["name"])


def _file(body: Mapping[str, str]) -> File:
    return File(body["name"], body["media_type"], decoded(body["content"]), body["content_id"])


def decoded(content: str) -> bytes:
    """Raises LetterRefused if it is no base64."""
    try:
        return b64decode("".join(content.split()), validate=True)
    except (binascii.Error, ValueError):
        raise LetterRefused("files", "Send the content of a file in base64.") from None
