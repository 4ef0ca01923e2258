"""A person stops a kind of mail from the link in one of its messages, or by mail to its address."""

from collections.abc import Sequence
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet

from audit import services as audit
from campaigns.models import Campaign
from contacts import services as contacts
from contacts.models import Contact
from contacts.preferences import Topic, topic_of
from contacts.services import Evidence
from delivery.models import Letter, Message, MessageEvent, SingleSend
from delivery.services import stopping
from delivery.unsubscribe import LinkBroken

Kind = MessageEvent.Kind
# Mail of a purpose; notices and tests have none.
_OF_A_KIND = (Message.Cause.CAMPAIGN, Message.Cause.API)


@transaction.atomic
def unsubscribe(message_id: UUID, *, evidence: Evidence) -> None:
    """Withdraw consent for the topic of the message's campaign, and stop what waits of it.

    Repeat-safe: mailbox providers may post twice, and people write twice. Raises LinkBroken if it is
    of no kind that people stop: a notice or a test.
    """
    message = _named(message_id, Message.objects.select_for_update(of=("self",)))
    purpose = _purpose_of(message)
    topic = topic_of(purpose)
    purposes = topic.purposes if topic else (purpose,)
    patient = contacts.patient(message.contact_id)
    withdrawn = contacts.withdraw(
        message.contact, purposes=purposes, evidence=evidence, actor=patient
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
    of_a_kind = messages.select_related("contact").filter(cause__in=_OF_A_KIND)
    message = of_a_kind.filter(pk=message_id).first()
    if message is None:
        raise LinkBroken
    return message


def _purpose_of(message: Message) -> str:
    campaign_id = message.cause_id
    if message.cause == Message.Cause.API:
        send = SingleSend.objects.get(pk=message.cause_id)
        if send.campaign_id is None:
            return Letter.objects.values_list("purpose", flat=True).get(send=send)
        campaign_id = send.campaign_id
    return Campaign.objects.values_list("purpose", flat=True).get(pk=campaign_id)


def _stop_waiting(contact_id: UUID, purposes: Sequence[str]) -> None:
    """What a worker holds already is stopped by the gate, which is asked again before hand-over."""
    campaigns = Campaign.objects.filter(purpose__in=purposes).values("id")
    letters = Letter.objects.filter(contact_id=contact_id, purpose__in=purposes).values("send_id")
    singles = SingleSend.objects.filter(campaign__in=campaigns).values("id")
    of_these = (
        Q(cause=Message.Cause.CAMPAIGN, cause_id__in=campaigns)
        | Q(cause=Message.Cause.API, cause_id__in=letters)
        | Q(cause=Message.Cause.API, cause_id__in=singles)
    )
    waiting = Message.objects.select_for_update().filter(
        of_these, contact_id=contact_id, status__in=Message.DUE
    )
    stopping.stop(list(waiting.order_by("pk").values_list("id", flat=True)), reason="unsubscribed")
