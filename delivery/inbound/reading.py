"""Reading what arrived: each row once, and a row that cannot be read holds up no other."""

import logging
from uuid import UUID

from django.db import InterfaceError, OperationalError, transaction
from django.db.models import F

from accounts import unreached
from contacts.services import Evidence
from delivery import standing
from delivery.inbound import facts
from delivery.inbound.recipients import message_inside
from delivery.inbound.understanding import (
    Bounce,
    Complaint,
    Letter,
    Quiet,
    Understood,
    understand,
)
from delivery.models import InboundMail, Message
from delivery.replies import Meaning
from delivery.services import unsubscribing
from delivery.system_mail import reason_for
from delivery.tls_reports import keeping
from delivery.tls_reports.reading import reports_in
from delivery.unsubscribe import LinkBroken
from tenancy import clock
from tenancy.keyring import KeyUnavailable
from tenancy.models import SystemMail

logger = logging.getLogger(__name__)

Mailbox = InboundMail.Mailbox
BATCH = 200
TRIES = 3
UNREADABLE, OF_NOTHING = "unreadable", "of_nothing"
OWN_BOUNCE = "own_bounce"
REPORTS = (Mailbox.RETURN_PATH, Mailbox.TLS_REPORTS)
# Databases and keys come back. A mail that met their absence was not tried.
OUR_TROUBLE = (OperationalError, InterfaceError, KeyUnavailable)


def read_waiting() -> int:
    """Read the tenant's oldest mails, those that failed last. Returns how many were read."""
    waiting = InboundMail.objects.filter(read_at=None).order_by("attempts", "received_at")
    found = list(waiting.values_list("pk", "attempts")[:BATCH])
    return sum(_read(mail_id, tried) for mail_id, tried in found)


def _read(mail_id: UUID, tried: int) -> bool:
    if not _claimed(mail_id, tried):
        return False
    try:
        return _understood(mail_id)
    except OUR_TROUBLE:
        InboundMail.objects.filter(pk=mail_id, read_at=None).update(attempts=tried)
        raise
    except Exception:
        # Anybody writes these: whatever one sets off is answered for it alone, or one mail that nobody
        # foresaw would keep all the bounces and complaints behind it unread.
        logger.exception("a mail could not be read: id=%(id)s", {"id": mail_id})
        _give_up(mail_id)
        return False


def _claimed(mail_id: UUID, tried: int) -> bool:
    """Counted before it is tried: a worker that dies of a mail does not try it for ever.

    False when another worker was there since it was found: only one counts each try.
    """
    found = InboundMail.objects.filter(pk=mail_id, read_at=None, attempts=tried)
    return bool(found.update(attempts=F("attempts") + 1))


@transaction.atomic
def _understood(mail_id: UUID) -> bool:
    mail = _locked(mail_id)
    if mail is None:
        return False
    if mail.attempts > TRIES:
        _settle(mail, UNREADABLE)
        return True
    if mail.mailbox == Mailbox.UNSUBSCRIBE:
        _settle(mail, _unsubscribed(mail))
        return True
    if mail.mailbox == Mailbox.TLS_REPORTS and (reports := reports_in(mail.content)):
        _settle(mail, keeping.keep(reports))
        return True
    if mail.system_mail_id is not None:
        _settle(mail, _record_own(mail, mail.system_mail_id))
        return True
    told = understand(mail.content, mail_from=mail.mail_from, is_report=mail.mailbox in REPORTS)
    message = _message_of(mail, told)
    finding = _record(mail, message, told)
    _settle(mail, finding)
    if finding == Meaning.SENDER_REFUSED:
        standing.was_refused()
    return True


@transaction.atomic
def _give_up(mail_id: UUID) -> None:
    mail = _locked(mail_id)
    if mail is not None and mail.attempts >= TRIES:
        _settle(mail, UNREADABLE)


def _locked(mail_id: UUID) -> InboundMail | None:
    """None when another worker has it, or had it."""
    rows = InboundMail.objects.select_for_update(skip_locked=True, of=("self",))
    return rows.filter(pk=mail_id, read_at=None).first()


def _unsubscribed(mail: InboundMail) -> str:
    """Whatever the mail says, and whoever sent it: the address is proof. The answer is the finding."""
    if mail.message_id is None:
        return OF_NOTHING
    evidence = Evidence(
        source="Mail to the unsubscribe address of a message", wording="Unsubscribe"
    )
    try:
        unsubscribing.unsubscribe(mail.message_id, evidence=evidence)
    except LinkBroken:
        return OF_NOTHING
    return "unsubscribed"


def _message_of(mail: InboundMail, told: Understood) -> Message | None:
    """By the address, or for a complaint by our own return path in it: many send theirs to postmaster."""
    message_id = mail.message_id
    if message_id is None and (mail.mailbox == Mailbox.ABUSE or isinstance(told, Complaint)):
        message_id = message_inside(mail.content)
    if message_id is None:
        return None
    return Message.objects.select_related("contact").filter(pk=message_id).first()


def _record(mail: InboundMail, message: Message | None, told: Understood) -> str:
    """Write it down. The answer is the finding, in a word."""
    match told:
        case Bounce() if message is not None:
            facts.record_bounce(message, told)
            return told.meaning.value
        case Complaint() if message is not None:
            facts.record_complaint(message, told)
            return "complaint"
        case Letter() if mail.mailbox == Mailbox.ABUSE and message is not None:
            facts.record_complaint(message, Complaint("by hand"))
            return "complaint"
        case Letter():
            reply = facts.record_letter(message, told)
            return reply.kind
        case Quiet():
            return told.finding
    return OF_NOTHING


def _record_own(mail: InboundMail, own_id: UUID) -> str:
    """A mail of the service itself: no person's story, and no mark against the workspace's senders."""
    told = understand(mail.content, mail_from=mail.mail_from, is_report=True)
    own = SystemMail.objects.filter(pk=own_id).first()
    if not isinstance(told, Bounce) or own is None:
        return told.finding if isinstance(told, Quiet) else OF_NOTHING
    unreached.note_failure(own.to, reason_for(told.meaning))
    return OWN_BOUNCE


def _settle(mail: InboundMail, finding: str) -> None:
    mail.read_at, mail.finding = clock.now(), finding
    mail.save(update_fields=["read_at", "finding"])
