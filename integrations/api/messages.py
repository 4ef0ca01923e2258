"""One message to one person, from a campaign that was approved; and what became of it."""

from http import HTTPStatus
from typing import ClassVar
from uuid import UUID

from django.shortcuts import get_object_or_404
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api_keys import Scope
from campaigns.models import Campaign
from delivery.models import Letter, Message, MustArrive, SingleSend
from delivery.services.single import send_single
from integrations.api.base import Resource
from integrations.api.documented import IDEMPOTENCY_KEY, documented
from integrations.api.fields import AboutContact, contact_of
from integrations.api.repeatable import repeatable
from tenancy.ids import uuid7


class MessageBody(AboutContact):
    campaign_id = serializers.UUIDField(
        help_text="An approved campaign about care or payment; it need not be sent itself."
    )


class MessageAnswer(serializers.Serializer):  # type: ignore[type-arg]
    """Where the message stands. `reason` says why it was not sent, or not yet."""

    id = serializers.UUIDField()
    contact_id = serializers.UUIDField()
    campaign_id = serializers.UUIDField(
        allow_null=True, help_text="null for a letter that a system wrote."
    )
    status = serializers.ChoiceField(Message.Status.choices)
    reason = serializers.CharField(allow_blank=True)
    route = serializers.ChoiceField(Message.Route.choices, allow_blank=True)
    created_at = serializers.DateTimeField()
    settled_at = serializers.DateTimeField(allow_null=True)
    must_arrive_by = serializers.DateTimeField(allow_null=True)
    arrival = serializers.ChoiceField(
        MustArrive.Stage.choices,
        allow_blank=True,
        help_text="How far we went for a message that must arrive; empty for others.",
    )
    categories = serializers.ListField(
        child=serializers.CharField(),
        allow_null=True,
        help_text="As they were sent with it; null for a key without phi.read.",
    )
    metadata = serializers.DictField(child=serializers.CharField(), allow_null=True)


class Messages(Resource):
    scopes: ClassVar = {"POST": Scope.MESSAGES_SEND}

    @documented(
        "messages_send",
        "Send one message from an approved campaign",
        request=MessageBody,
        answers={HTTPStatus.ACCEPTED: MessageAnswer},
        parameters=[IDEMPOTENCY_KEY],
    )
    @repeatable
    def post(self, request: Request) -> Response:
        """The same gate, content checks and routes as for a campaign; it leaves within a minute."""
        body = MessageBody(data=request.data)
        body.is_valid(raise_exception=True)
        contact = contact_of(body.validated_data)
        campaigns = Campaign.objects.select_related("segment", "sender__domain")
        campaign = get_object_or_404(campaigns, pk=body.validated_data["campaign_id"])
        message = send_single(campaign, contact, request_id=uuid7(), actor=self.actor)
        return Response(message_shown(message, self), status=HTTPStatus.ACCEPTED)


class MessageDetail(Resource):
    scopes: ClassVar = {"GET": Scope.MESSAGES_READ}

    @documented(
        "messages_get", "See what became of a message", answers={HTTPStatus.OK: MessageAnswer}
    )
    def get(self, _: Request, message_id: UUID) -> Response:
        message = get_object_or_404(Message, pk=message_id, cause=Message.Cause.API)
        shown = message_shown(message, self)
        self.shows(1 if shown["categories"] or shown["metadata"] else 0)
        return Response(shown)


def message_shown(message: Message, view: Resource) -> dict[str, object]:
    """What the key of the view may see: labels can be names."""
    campaign_id = SingleSend.objects.get(pk=message.cause_id).campaign_id
    letter = Letter.objects.filter(send=message.cause_id).first() if view.sees_phi else None
    labels = letter.labels if letter else {}
    promise = MustArrive.objects.filter(message=message).first()
    return {
        "id": str(message.pk),
        "contact_id": str(message.contact_id),
        "campaign_id": str(campaign_id) if campaign_id else None,
        "status": message.status,
        "reason": message.reason,
        "route": message.route,
        "created_at": message.created_at.isoformat(),
        "settled_at": message.settled_at.isoformat() if message.settled_at else None,
        "must_arrive_by": promise.deadline_at.isoformat() if promise else None,
        "arrival": promise.stage if promise else "",
        "categories": labels.get("categories", []) if view.sees_phi else None,
        "metadata": labels.get("metadata", {}) if view.sees_phi else None,
    }
