"""A person stops a kind of mail from the link in one of its messages."""

from collections.abc import Sequence
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from audit import services as audit
from campaigns.models import Campaign
from contacts import services as contacts
from contacts.models import Contact
from contacts.preferences import Topic, topic_of
from delivery.models import Message, MessageEvent
from delivery.services import stopping
from delivery.unsubscribe import LinkBroken

Kind = MessageEvent.Kind


@transaction.atomic
def unsubscribe(message_id: UUID, *, wording: str, network: str) -> None:
    """Withdraw consent for the topic of the message's campaign, and stop what waits of it.

    Repeat-safe: mailbox providers may post twice. Raises LinkBroken if it is no campaign's message.
    """
    message = _named(message_id, Message.objects.select_for_update(of=("self",)))
    purpose = _purpose_of(message)
    topic = topic_of(purpose)
    purposes = topic.purposes if topic else (purpose,)
    patient = contacts.patient(message.contact_id)
    withdrawn = contacts.withdraw(
        message.contact,
        purposes=purposes,
        evidence=contacts.Evidence(
            source="Unsubscribe link in a message", wording=wording, address=network
        ),
        actor=patient,
    )
    _stop_waiting(message.contact_id, purposes)
    if withdrawn:
        MessageEvent.objects.create(message=message, kind=Kind.UNSUBSCRIBED)
        audit.record("message.unsubscribed", actor=patient, on=message)


def whose(message_id: UUID) -> tuple[Contact, Topic | None]:
    """Who got the message, and which of the patient's topics it belongs to. Raises LinkBroken."""
    message = _named(message_id, Message.objects.all())
    return message.contact, topic_of(_purpose_of(message))


def _named(message_id: UUID, messages: QuerySet[Message]) -> Message:
    campaigns = messages.select_related("contact").filter(cause=Message.Cause.CAMPAIGN)
    message = campaigns.filter(pk=message_id).first()
    if message is None:
        raise LinkBroken
    return message


def _purpose_of(message: Message) -> str:
    return Campaign.objects.values_list("purpose", flat=True).get(pk=message.cause_id)


def _stop_waiting(contact_id: UUID, purposes: Sequence[str]) -> None:
    """What a worker holds already is stopped by the gate, which is asked again before hand-over."""
    waiting = Message.objects.select_for_update().filter(
        contact_id=contact_id,
        cause=Message.Cause.CAMPAIGN,
        cause_id__in=Campaign.objects.filter(purpose__in=purposes).values("id"),
        status__in=Message.DUE,
    )
    stopping.stop(list(waiting.order_by("pk").values_list("id", flat=True)), reason="unsubscribed")
