"""Mail of the service itself, drained from the outbox in tenancy over the same wire.

It holds no health information. Sending one twice does no harm, so it needs no lease and no
announcement: a claim only puts it off for as long as a try may take.
"""

from datetime import timedelta

from django.db import transaction
from django.template.loader import render_to_string

from accounts import unreached
from accounts.models import UnreachedAddress
from accounts.services import passwords
from campaigns.compilation import Rendered
from campaigns.content.quoted import encode
from compliance import platform
from delivery import fates
from delivery.drafts import letterheads
from delivery.drafts.draft import Draft, Letterhead
from delivery.drafts.notice import AUTOMATIC
from delivery.fates import Claimed, Fate
from delivery.handover import Done, Handover
from delivery.models import Message
from delivery.replies import Meaning
from delivery.routes import WITHOUT_PHI
from delivery.wire.addresses import AddressUnusable
from delivery.wire.door import Envelope, Unwritable
from delivery.wire.headers import message_id
from delivery.wire.transport import Transport
from tenancy import clock
from tenancy import services as tenancy
from tenancy.keyring import current_keys
from tenancy.models import SystemMail

CHUNK = 50
CLAIM_LASTS = timedelta(minutes=15)

SUBJECTS = {
    "access_ends": "Your access to {workspace} ends soon",
    "alert": "Somebody in {workspace} looked at many people",
    "campaign_sent_back": "A campaign in {workspace} was sent back to you",
    "checkpoint": "A checkpoint of the audit log of {workspace}",
    "domain_alert": "A mail domain that {workspace} writes to became less safe",
    "emergency_taken": "Emergency access in {workspace}",
    "factor_changed": "How you sign in to Sealpost has changed",
    "factors_reset": "How {person} signs in to {workspace} was reset",
    "invitation": "Join {workspace} on Sealpost",
    "key_elsewhere": "A key of {workspace} was used from an unknown place",
    "log_damaged": "The audit log of {workspace} does not hold",
    "password_reset": "Choose a new password for Sealpost",
    "review_overdue": "The audit log of {workspace} waits for its review",
    "request_decided": "Your request in {workspace} was decided",
    "request_waits": "A request in {workspace} waits for you",
    "workspace_destroyed": "{workspace} is destroyed: the certificate",
    "workspace_ending": "{workspace} is ending",
}

# Found out when the mail is sent: the page where somebody asked does the same for every address.
FOUND_OUT = {"password_reset": passwords.letter_to}

STATUS = {
    Message.Status.SENT: SystemMail.Status.SENT,
    Message.Status.DEFERRED: SystemMail.Status.QUEUED,
    Message.Status.QUEUED: SystemMail.Status.QUEUED,
}

ADDRESS_UNUSABLE, NEVER_SAFE, NOT_RENDERABLE = "address_unusable", "never_safe", "not_renderable"
Reason = UnreachedAddress.Reason
REASONS: dict[str, Reason] = {
    ADDRESS_UNUSABLE: Reason.UNKNOWN,
    NEVER_SAFE: Reason.UNSAFE,
    Meaning.NO_SUCH_ADDRESS: Reason.UNKNOWN,
    Meaning.MAILBOX_FULL: Reason.FULL,
    Meaning.NO_CONNECTION: Reason.SILENT,
    Meaning.CONNECTION_LOST: Reason.SILENT,
    Meaning.NO_NAME_ANSWER: Reason.SILENT,
    Meaning.NO_USABLE_HOST: Reason.SILENT,
}


def send_system_mail(transport: Transport) -> int:
    """Try the tenant's due system mail once. Returns how many that were."""
    waiting = {mail.id: mail for mail in _claim() if _is_for_somebody(mail)}
    if not waiting:
        return 0
    letterhead = letterheads.of_the_service()
    with Handover(transport, lambda _: True) as handover:
        for mail in waiting.values():
            if envelope := _enveloped(mail, letterhead):
                handover.put(envelope)
        while not handover.is_idle:
            current_keys()  # what is drafted stays once the keys are off
            for done in handover.gather():
                _record(waiting[done.envelope.id], _fate(waiting[done.envelope.id], done))
    return len(waiting)


@transaction.atomic
def _claim() -> list[SystemMail]:
    now = clock.now()
    due = SystemMail.objects.filter(status=SystemMail.Status.QUEUED, due_at__lte=now)
    mails = list(due.select_for_update(skip_locked=True).order_by("due_at")[:CHUNK])
    SystemMail.objects.filter(pk__in=[mail.pk for mail in mails]).update(due_at=now + CLAIM_LASTS)
    return mails


@transaction.atomic
def _is_for_somebody(mail: SystemMail) -> bool:
    """Whether to send it, with all that it says; what turns out to be for nobody is forgotten."""
    if find_out := FOUND_OUT.get(mail.kind):
        try:
            mail.context = find_out(mail.to)
        except passwords.NobodyThere:
            mail.delete()
            return False
    return True


def _enveloped(mail: SystemMail, letterhead: Letterhead) -> Envelope | None:
    """None for what no server could be asked about: it holds up none of the others."""
    try:
        return _draft(mail, letterhead).envelope()
    except AddressUnusable:
        _record(mail, fates.unsendable(ADDRESS_UNUSABLE))
        return None


def _draft(mail: SystemMail, letterhead: Letterhead) -> Draft:
    text = _rendered(mail)
    return Draft(_claimed(mail), mail.to, WITHOUT_PHI, letterhead, "", lambda: text, AUTOMATIC)


def _claimed(mail: SystemMail) -> Claimed:
    return Claimed(
        id=mail.id,
        cause="system",
        cause_id=mail.id,
        contact_id=mail.id,
        mail_class=Message.MailClass.NOTICE,
        message_id=message_id(mail.id, platform.mail_domain()),
        attempts=mail.attempts + 1,
        first_tried_at=mail.created_at,
        # Nothing but a domain's own policy holds it, and never for longer than other mail.
        unsafe_since=mail.created_at,
        uncertain_at=None,
    )


def _rendered(mail: SystemMail) -> Rendered:
    """Raises KeyError for a kind that nobody wrote a mail for."""
    context = {**mail.context, "subject": SUBJECTS[mail.kind].format(**mail.context)}
    parts = [
        encode(render_to_string(f"delivery/email/{mail.kind}.{form}", context))
        for form in ("txt", "html")
    ]
    return Rendered(context["subject"], *parts)


def _fate(mail: SystemMail, done: Done) -> Fate:
    if done.later:
        return fates.put_off(done.later)
    if isinstance(done.trouble, Unwritable):
        return fates.unsendable(NOT_RENDERABLE)
    if done.outcome is None:
        raise done.trouble or ValueError("a try without an outcome")
    tried = fates.Try(WITHOUT_PHI, clock.now(), chance=0.5)
    return fates.after_try(_claimed(mail), done.outcome, tried)


@transaction.atomic
def _record(mail: SystemMail, fate: Fate) -> None:
    status = STATUS.get(fate.status, SystemMail.Status.FAILED)
    tenancy.record_system_mail_attempt(mail, status=status, due_at=fate.due_at)
    if status == SystemMail.Status.SENT:
        unreached.note_acceptance(mail.to)
    elif status == SystemMail.Status.FAILED and fate.reason != NOT_RENDERABLE:
        unreached.note_failure(mail.to, reason_for(fate.reason))


def reason_for(finding: str) -> Reason:
    """What the holder of the account is told of a meaning, or of another end of a try."""
    return REASONS.get(finding, Reason.REFUSED)
