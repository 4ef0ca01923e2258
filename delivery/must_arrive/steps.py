"""The ways that are tried for a message that has not arrived. Each says why if it cannot be gone."""

from collections.abc import Callable
from typing import NamedTuple
from uuid import UUID

from audit.services import SYSTEM
from campaigns.models import Campaign
from compliance import queries as compliance
from compliance.models import Policy
from contacts import queries as contacts
from delivery import chronicle, moving
from delivery.escrow import services as escrow
from delivery.models import (
    EscrowEvent,
    EscrowItem,
    FollowUp,
    Message,
    MustArrive,
    SingleSend,
)
from delivery.queries.due import STOPPED
from delivery.services import recipient_domains
from delivery.wire import headers
from tenancy.errors import DomainError
from tenancy.ids import uuid7

Stage = MustArrive.Stage
# Nobody may be written to, or a second copy could be one too many: this is for a person to decide.
FOR_STAFF = frozenset({"no_answer"})
# The mailbox itself is the trouble.
NO_MAILBOX = frozenset(
    {"bounced_later", "notice_lost", "wrong_person", "no_such_address", "no_utf8"}
)


class Case(NamedTuple):
    """A message that must arrive, and by what word it has not."""

    promise: MustArrive
    message: Message
    reason: str


class NotPossible(DomainError):
    """This way leads nowhere. The message is one word of delivery.must_arrive.words."""


def portal_notice(case: Case) -> None:
    """Leave it in the portal with a notice, or remind of it if it lies there. Raises NotPossible."""
    if not _policy().must_arrive_portal:
        raise NotPossible("not_in_policy")
    if case.reason in FOR_STAFF | NO_MAILBOX:
        raise NotPossible("mailbox_is_the_trouble" if case.reason in NO_MAILBOX else "for_staff")
    if case.message.status == Message.Status.ESCROWED:
        _remind(EscrowItem.objects.get(message=case.message))
        return
    try:
        moving.settle_in_portal(case.message, otherwise=EscrowItem.Reason.MUST_ARRIVE)
    except moving.MessageNotMovable:
        raise NotPossible("may_not_be_sent") from None


def second_address(case: Case) -> None:
    """Queue it to the person's second address: gate and route are asked there as of any message.

    Raises NotPossible.
    """
    if not _policy().must_arrive_second:
        raise NotPossible("not_in_policy")
    if case.reason in FOR_STAFF:
        raise NotPossible("for_staff")
    (person,) = contacts.people([case.promise.contact_id])
    if not (address := contacts.second_address(person)):
        raise NotPossible("no_second_address")
    campaign_id = _campaign_of(case.message)
    if campaign_id and Campaign.objects.filter(pk=campaign_id, status__in=STOPPED).exists():
        raise NotPossible("campaign_stopped")
    if case.message.tenant.is_ending:
        raise NotPossible("may_not_be_sent")
    _queue(case, campaign_id, address)


def task_to_staff(case: Case) -> None:
    """Into the list of what did not arrive; there it stays until somebody says how the person was told."""
    FollowUp.objects.get_or_create(message=case.message)


STEPS: dict[Stage, Callable[[Case], None]] = {
    Stage.PORTAL: portal_notice,
    Stage.SECOND: second_address,
    Stage.STAFF: task_to_staff,
}


def _policy() -> Policy:
    return compliance.policy()


def _remind(item: EscrowItem) -> None:
    """Holds no key: a new link by itself would forgive whoever was locked out."""
    if not item.is_open:
        raise NotPossible("gone_from_portal")
    event = escrow.record(item, EscrowEvent.Kind.REMINDED)
    mail = escrow.mail_about(item, cause_id=event.id, mail_class=Message.MailClass.NOTICE)
    mail.save(force_insert=True)
    chronicle.tell_born([mail])


def _campaign_of(message: Message) -> UUID | None:
    if message.cause == Message.Cause.CAMPAIGN:
        cause: UUID = message.cause_id
        return cause
    campaign: UUID | None = SingleSend.objects.get(pk=message.cause_id).campaign_id
    return campaign


def _queue(case: Case, campaign_id: UUID | None, address: str) -> None:
    promise, message = case.promise, case.message
    send = SingleSend.objects.create(id=promise.pk, campaign_id=campaign_id, asked_by=SYSTEM.id)
    domain = recipient_domains.domain_in(address)
    mail_id, sender = uuid7(), message.message_id.rstrip(">").rpartition("@")[2]
    second = Message.objects.create(
        id=mail_id,
        cause=Message.Cause.API,
        cause_id=send.pk,
        contact_id=promise.contact_id,
        mail_class=message.mail_class,
        message_id=headers.message_id(mail_id, sender),
        domain_index=recipient_domains.keep([domain])[domain],
    )
    chronicle.tell_born([second])
