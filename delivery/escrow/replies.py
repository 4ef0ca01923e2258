"""Replies that are written in the portal: sealed when they come, and never sent by email."""

from collections.abc import Sequence

from django.db import transaction

from audit import services as audit
from compliance import queries as compliance
from contacts import services as contacts
from contacts.models import Activity
from delivery.escrow import reply_files, services
from delivery.escrow.reply_files import Sent
from delivery.escrow.visits import VisitEnded
from delivery.models import EscrowEvent, EscrowItem, EscrowVisit, Reply
from tenancy.errors import DomainError

MOST_PER_MESSAGE = 5
LONGEST = 10_000
# What staff see in the list of replies, where a mail has its subject.
SUBJECT = "Written in the secure portal"


class NotTaken(DomainError):
    """Nothing was written, too much of it, the clinic takes no replies, or there are enough."""


def may_reply(item: EscrowItem) -> bool:
    if not compliance.policy().portal_may_reply:
        return False
    written = EscrowEvent.objects.filter(item=item, kind=EscrowEvent.Kind.REPLIED)
    return written.count() < MOST_PER_MESSAGE


def refuse_unless_taken(visit: EscrowVisit, text: str) -> None:
    """Raises NotTaken, or VisitEnded before the check: before files are looked through for nothing."""
    if visit.checked_at is None:
        raise VisitEnded("Answer the questions first.")
    if not text.strip() or len(text.strip()) > LONGEST or not may_reply(visit.item):
        raise NotTaken("This reply was not taken.")


@transaction.atomic
def send(visit: EscrowVisit, text: str, files: Sequence[Sent] = ()) -> Reply:
    """Keep what the person wrote, and the files with it, for staff.

    Raises NotTaken, or VisitEnded before the check.
    """
    item = EscrowItem.objects.select_for_update(of=["self"]).get(pk=visit.item_id)
    refuse_unless_taken(visit, text)
    reply: Reply = Reply.objects.create(
        kind=Reply.Kind.WRITTEN,
        message=item.message,
        sender=str(item.contact.identity.get("email") or ""),
        subject=SUBJECT,
        text=text.strip(),
        attachments=len(files),
    )
    reply_files.store(reply, files)
    services.record(item, EscrowEvent.Kind.REPLIED)
    audit.record("portal.replied", actor=contacts.patient(item.contact_id), on=item)
    contacts.record_activity(
        item.contact,
        kind=Activity.Kind.REPLIED,
        cause=item.message.cause,
        cause_id=item.message.cause_id,
    )
    return reply
