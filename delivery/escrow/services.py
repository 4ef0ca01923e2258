"""What is done with a message in the portal: deposit, tell the person, recall, let expire."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import NamedTuple
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from audit import services as audit
from audit.services import SYSTEM, Actor
from compliance import queries as compliance
from contacts import services as contacts
from delivery import chronicle
from delivery.escrow import attachments, keys, passphrases
from delivery.letters.words import File
from delivery.models import EscrowEvent, EscrowItem, Message
from delivery.must_arrive import promises
from delivery.wire import headers
from tenancy import clock
from tenancy.errors import DomainError
from tenancy.ids import uuid7

Kind = EscrowEvent.Kind
Status = EscrowItem.Status


# The first one; the next is due as delivery.escrow.reminders says.
REMIND_AFTER = timedelta(days=3)


class ItemClosed(DomainError):
    """The message is no longer in the portal."""


@dataclass(frozen=True)
class Deposit:
    """One rendered message that must not travel, and why."""

    message: Message
    subject: str
    html: str
    text: str
    reason: EscrowItem.Reason
    language: str
    files: tuple[File, ...] = ()


@transaction.atomic
def deposit(deposits: Sequence[Deposit]) -> list[EscrowItem]:
    """Seal the messages in the portal and queue a notice for each that leads there.

    The notice holds no health information; its link key rests sealed until the notice has left.
    """
    policy = compliance.policy()
    stay = timedelta(days=policy.portal_expiry_days)
    sealed = [_sealed(each, stay, keeps_key=policy.portal_may_reissue) for each in deposits]
    items = EscrowItem.objects.bulk_create(item for item, _ in sealed)
    for each, (item, content_key) in zip(deposits, sealed, strict=True):
        attachments.store(item, content_key, each.files)
    told = [[item.id, item.message_id, item.reason] for item in items]
    audit.record("escrow.deposited", actor=SYSTEM, columns=["id", "message", "reason"], items=told)
    notices = Message.objects.bulk_create(
        mail_about(item, cause_id=item.id, mail_class=Message.MailClass.NOTICE) for item in items
    )
    chronicle.tell_born(notices)
    return items


def mail_about(item: EscrowItem, *, cause_id: UUID, mail_class: Message.MailClass) -> Message:
    """A mail of the portal to the item's person, to be queued: a notice or a code.

    It holds no health information, so it leaves by the best way that there is.
    """
    mail_id = uuid7()
    domain = item.message.message_id.rstrip(">").rpartition("@")[2]
    return Message(
        id=mail_id,
        cause=Message.Cause.NOTICE,
        cause_id=cause_id,
        contact_id=item.contact_id,
        mail_class=mail_class,
        route=Message.Route.PLAIN,
        message_id=headers.message_id(mail_id, domain),
    )


@transaction.atomic
def settle_notice(cause_id: UUID, *, accepted: bool) -> None:
    """Erase our copy of the link key: the notice has left, or never will. A reminder has none.

    A notice that was under way when a new link was made leaves the key to the new one's.
    """
    event = EscrowEvent.objects.filter(pk=cause_id).first()
    if event is not None and event.kind == Kind.REMINDED:
        return
    item = EscrowItem.objects.select_for_update().get(pk=event.item_id if event else cause_id)
    reissued = EscrowEvent.objects.filter(item=item, kind=Kind.REISSUED).order_by("-id").first()
    if cause_id == (reissued.id if reissued else item.id):
        item.notice_link_key = None
        item.save(update_fields=["notice_link_key"])
    record(item, Kind.NOTICE_ACCEPTED if accepted else Kind.NOTICE_FAILED)
    if not accepted:
        promises.look_now([item.message_id])


@transaction.atomic
def revoke(item: EscrowItem, *, actor: Actor) -> EscrowItem:
    """Recall a message: nobody can open it from now on. Raises ItemClosed if it is gone already."""
    item = EscrowItem.objects.select_for_update().get(pk=item.pk)
    if not item.is_open:
        raise ItemClosed("This message is no longer in the portal.")
    was_read = item.read_at is not None
    shred(item, Status.REVOKED)
    record(item, Kind.REVOKED)
    audit.record("escrow.revoked", actor=actor, on=item, was_read=was_read)
    return item


class Recalled(NamedTuple):
    """How many messages were taken back, by whether somebody had read them."""

    unread: int
    read: int


@transaction.atomic
def revoke_all(messages: QuerySet[Message], *, actor: Actor) -> Recalled:
    """Recall what of these is still in the portal."""
    found = EscrowItem.objects.select_for_update(of=["self"]).filter(
        message__in=messages.values("id"), status__in=EscrowItem.OPENABLE
    )
    items = list(found.order_by("pk"))
    for item in items:
        shred(item, Status.REVOKED)
        record(item, Kind.REVOKED)
    read = sum(item.read_at is not None for item in items)
    if items:
        told = [item.id for item in items]
        audit.record("escrow.revoked_all", actor=actor, messages=len(items), read=read, items=told)
    return Recalled(len(items) - read, read)


@transaction.atomic
def expire_due(limit: int = 500) -> int:
    """Shred what has expired. Returns how many messages that were."""
    due = EscrowItem.objects.select_for_update(skip_locked=True).filter(
        status__in=EscrowItem.OPENABLE, expires_at__lte=clock.now()
    )
    expired = list(due.order_by("pk")[:limit])
    for item in expired:
        shred(item, Status.EXPIRED)
        record(item, Kind.EXPIRED)
    if expired:
        told = [item.id for item in expired]
        audit.record("escrow.expired", actor=SYSTEM, messages=len(expired), items=told)
    return len(expired)


def shred(item: EscrowItem, status: Status) -> None:
    """Close the item and empty everything that could open it, in the caller's transaction."""
    attachments.remove(item)
    item.status = status
    for column in SECRETS:
        setattr(item, column, None)
    item.save(update_fields=["status", *SECRETS])


def record(item: EscrowItem, kind: EscrowEvent.Kind, **detail: str | int) -> EscrowEvent:
    """Add to the story of the item, and to the audit trail what has no event of its own there."""
    event: EscrowEvent = EscrowEvent.objects.create(item=item, kind=kind, detail=detail)
    if kind in TOLD_OF_SERVICE:
        audit.record(f"portal.{kind.value}", actor=SYSTEM, on=item)
    elif kind in TOLD_OF_PERSON:
        audit.record(f"portal.{kind.value}", actor=contacts.patient(item.contact_id), on=item)
    return event


TOLD_OF_SERVICE = frozenset(
    {Kind.NOTICE_ACCEPTED, Kind.NOTICE_FAILED, Kind.REMINDED, Kind.TEXT_SENT, Kind.TEXT_FAILED}
)
TOLD_OF_PERSON = frozenset(
    {
        Kind.PROVED,
        Kind.CODE_SENT,
        Kind.CODE_TEXTED,
        Kind.CHECKED,
        Kind.PRINTED,
        Kind.DOWNLOADED,
        Kind.SIGNED_OUT,
    }
)


SECRETS = (
    "server_share",
    "wrapped_key",
    "proof_digest",
    "receipt_digest",
    "subject",
    "html",
    "text",
    "notice_link_key",
    "archive_key",
    "remind_at",
)


SPECIALLY_PROTECTED = EscrowItem.Reason.SPECIALLY_PROTECTED.value


def _gate_reasons(message: Message) -> list[str]:
    """Why the gate decided as it did; none for a message that it was never asked about."""
    return list((message.verdict or {}).get("reasons", ()))


def _sealed(each: Deposit, stay: timedelta, *, keeps_key: bool) -> tuple[EscrowItem, bytes]:
    """The item, and its content key for as long as its files are sealed under it."""
    now = clock.now()
    passphrase = passphrases.in_force(each.message.contact_id)
    item = EscrowItem(
        id=uuid7(),
        message=each.message,
        contact_id=each.message.contact_id,
        reason=each.reason,
        language=each.language,
        passphrase=passphrase,
        is_specially_protected=SPECIALLY_PROTECTED in _gate_reasons(each.message),
        deposited_at=now,
        expires_at=now + stay,
        remind_at=now + REMIND_AFTER if stay > REMIND_AFTER else None,
    )
    locked = keys.lock(
        item.place,
        {"subject": each.subject.encode(), "html": each.html.encode(), "text": each.text.encode()},
        stretched=passphrase.stretched if passphrase else b"",
    )
    item.server_share = locked.lock.server_share
    item.wrapped_key = locked.lock.wrapped_key
    item.proof_digest = locked.lock.proof_digest
    item.receipt_digest = locked.lock.receipt_digest
    item.notice_link_key = locked.link_key
    item.archive_key = locked.content_key if keeps_key else None
    for name, sealed in locked.parts.items():
        setattr(item, name, sealed)
    return item, locked.content_key
