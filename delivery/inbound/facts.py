"""Writing down what came back of a message: its story, the person's activity, suppression."""

from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from audit import services as audit
from audit.services import SYSTEM
from compliance import services as compliance
from compliance.errors import NotSuppressible
from compliance.facts import SuppressionReason
from compliance.models import Suppression
from contacts import services as contacts
from contacts.models import Activity
from delivery import chronicle, doors
from delivery.chronicle import Turn
from delivery.escrow import services as escrow
from delivery.inbound.understanding import Bounce, Complaint, Letter
from delivery.models import FollowUp, Message, MessageEvent, Reply
from delivery.must_arrive import promises
from delivery.replies import CONSEQUENCES, Meaning
from delivery.services import domain_days
from delivery.warming import late
from tenancy import clock

Kind = MessageEvent.Kind

# A full mailbox of a holiday is no dead one: so often, over so long, within so long.
SOFT_BOUNCES = 3
SOFT_OVER = timedelta(days=7)
SOFT_WITHIN = timedelta(days=90)
ALIVE = (Activity.Kind.READ, Activity.Kind.CLICKED, Activity.Kind.REPLIED, Activity.Kind.ANSWERED)
# A test goes to a colleague: what becomes of it says nothing about the person whom it shows.
NO_PERSONS = (Message.Cause.TEST,)


def record_bounce(message: Message, bounce: Bounce) -> None:
    """Once for each message, however many servers report it."""
    if _told(message, Kind.BOUNCED):
        return
    address = _given_back_by(message)
    consequence = CONSEQUENCES[bounce.meaning]
    detail: dict[str, object] = {
        "meaning": bounce.meaning.value,
        "enhanced": bounce.status,
        "reply": bounce.words,
        "host": bounce.host,
        "recipient": address,
    }
    _tell(message, Kind.BOUNCED, detail)
    if message.cause in NO_PERSONS:
        return
    domain_days.count_bounce(message, address, bounce.meaning)
    _note(message, Activity.Kind.BOUNCED)
    _follow_up(message)
    promises.look_now([message.pk])
    if message.cause == Message.Cause.NOTICE and message.mail_class == Message.MailClass.NOTICE:
        escrow.settle_notice(message.cause_id, accepted=False)
    if consequence.suppresses:
        _warn(message, "refused")
    if consequence.suppresses or (not consequence.is_final and _is_dead(message, address)):
        _suppress(address, SuppressionReason.BOUNCED, Suppression.Source.DELIVERY)


def record_complaint(message: Message, complaint: Complaint) -> None:
    """At once: who complains twice leaves us with a worse name."""
    if _told(message, Kind.COMPLAINED):
        return
    addresses = recipients_of(message)
    _tell(message, Kind.COMPLAINED, {"kind": complaint.feedback_type, "recipient": addresses[0]})
    if message.cause in NO_PERSONS:
        return
    domain_days.count_complaint(message, addresses[0])
    _note(message, Activity.Kind.COMPLAINED)
    _warn(message, "complained")
    for address in addresses:
        _suppress(address, SuppressionReason.COMPLAINED, Suppression.Source.COMPLAINT)


def record_letter(message: Message | None, letter: Letter) -> Reply:
    """Keep it for who answers. What a program wrote is no sign of the person."""
    kind = Reply.Kind.AUTOMATIC if letter.is_automatic else Reply.Kind.WRITTEN
    if message is None:
        kind = Reply.Kind.ADDRESSED
    reply = Reply.objects.create(
        kind=kind,
        message=message,
        sender=letter.sender,
        subject=letter.subject,
        text=letter.text,
        attachments=letter.attachments,
    )
    audit.record("reply.received", actor=SYSTEM, on=reply, kind=kind.value)
    if message is not None and not letter.is_automatic:
        _tell(message, Kind.REPLIED, {})
        if message.cause not in NO_PERSONS:
            _note(message, Activity.Kind.REPLIED)
    return reply


def recipients_of(message: Message) -> list[str]:
    """Where it was sent, the last first, which may be other addresses than the person has now.

    More than one if nobody knew whether it had arrived, and it was sent again after the person had moved.
    """
    told = [str(event.detail.get("recipient") or "") for event in _handed_over(message)]
    by_spelling = {address.lower(): address for address in reversed(told)}
    return list(by_spelling.values())[::-1] or [str(message.contact.identity.get("email") or "")]


def _handed_over(message: Message) -> QuerySet[MessageEvent]:
    """The tries after which a server may have it, the last first."""
    kinds = [Kind.ACCEPTED, Kind.UNCERTAIN]
    return MessageEvent.objects.filter(message=message, kind__in=kinds).order_by("-occurred_at")


def _given_back_by(message: Message) -> str:
    """The address that is meant, or nothing where it is one of several: then it is left alone."""
    addresses = recipients_of(message)
    return addresses[0] if len(addresses) == 1 else ""


def _follow_up(message: Message) -> None:
    """It was accepted and given back: nothing in its own row puts it among the undelivered."""
    if message.mail_class == Message.MailClass.CARE and message.cause != Message.Cause.NOTICE:
        follow_up, is_new = FollowUp.objects.get_or_create(message=message)
        if not is_new and follow_up.done_at is not None:
            follow_up.open_again(since=clock.now())


def _is_dead(message: Message, address: str) -> bool:
    """Soft bounces often enough, over a week, with no sign of life in between."""
    since = clock.now() - SOFT_WITHIN
    alive = Activity.objects.filter(
        contact=message.contact_id, kind__in=ALIVE, occurred_at__gte=since
    ).order_by("-occurred_at")
    for sign in alive[:1]:
        since = sign.occurred_at
    events = MessageEvent.objects.filter(
        message__contact=message.contact_id,
        kind__in=[Kind.BOUNCED, Kind.FAILED],
        occurred_at__gte=since,
    ).order_by("occurred_at")
    softly = [event.occurred_at for event in events if _was_soft(event, address)]
    return len(softly) >= SOFT_BOUNCES and softly[-1] - softly[0] >= SOFT_OVER


def _was_soft(event: MessageEvent, address: str) -> bool:
    meaning = event.detail.get("meaning")
    return (
        meaning in set(Meaning)
        and not CONSEQUENCES[Meaning(meaning)].is_final
        and str(event.detail.get("recipient", "")).lower() == address.lower()
    )


def _suppress(address: str, reason: SuppressionReason, source: str) -> None:
    try:
        compliance.suppress(address, reason=reason, source=source, actor=SYSTEM)
    except NotSuppressible:
        audit.record("suppression.not_added", actor=SYSTEM, reason=reason.value)


def _warn(message: Message, column: str) -> None:
    """The plan of a new sender goes slower for it."""
    host = next((str(event.detail.get("host") or "") for event in _handed_over(message)), "")
    transaction.on_commit(lambda: late.tell(doors.transport(), message, host, column))


def _told(message: Message, kind: MessageEvent.Kind) -> bool:
    """The row of the message is locked: two reports of it are read one after the other."""
    Message.objects.select_for_update().only("id").get(pk=message.pk)
    return MessageEvent.objects.filter(message=message, kind=kind).exists()


def _tell(message: Message, kind: MessageEvent.Kind, detail: dict[str, object]) -> None:
    said = {name: value for name, value in detail.items() if value}
    MessageEvent.objects.create(message=message, kind=kind, detail=said)
    turn = Turn(message.pk, kind=kind.value)
    chronicle.tell_turns("messages.came_back", [turn], counts={kind.value: 1})


def _note(message: Message, kind: str) -> None:
    if message.mail_class != Message.MailClass.CODE:
        cause: UUID = message.cause_id
        contacts.record_activity(message.contact, kind=kind, cause=message.cause, cause_id=cause)
