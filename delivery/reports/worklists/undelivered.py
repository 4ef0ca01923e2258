"""Messages about care that reached nobody, until somebody says how the person was told."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from audit import services as audit
from audit.services import Actor
from campaigns.models import Campaign
from delivery import chronicle
from delivery.chronicle import Turn
from delivery.models import EscrowEvent, FollowUp, Message, MessageEvent, MustArrive
from delivery.queries.due import STOPPED
from delivery.reports import messages, story
from delivery.reports.messages import Row
from delivery.reports.story import Moment
from tenancy import clock
from tenancy.errors import DomainError

Status = Message.Status
CARE = (Message.Cause.CAMPAIGN, Message.Cause.API, Message.Cause.VISIT)
LISTED_FOR = timedelta(days=90)
# From here on the page and Home say that it is late.
DEADLINE = timedelta(days=2)
LONGEST_NOTE = 1_000
STATES = {"": "Must arrive", "uncertain": "Not known", "done": "Done"}
# What a person may say; the others are written by what they do.
SAID = (
    FollowUp.Outcome.TELEPHONE,
    FollowUp.Outcome.LETTER,
    FollowUp.Outcome.IN_PERSON,
    FollowUp.Outcome.ARRIVED,
    FollowUp.Outcome.NOT_NEEDED,
)


class NotFollowedUp(DomainError):
    """The message is not in the list, or what was asked for does not fit it."""


@dataclass(frozen=True)
class Case:
    """A message in the list with what is known of the work on it."""

    row: Row
    follow_up: FollowUp | None
    since: datetime
    is_late: bool
    # By when it had to arrive, if somebody said so.
    promise: MustArrive | None = None


def waiting() -> QuerySet[Message]:
    """Mail about care that failed, was given back, or whose notice of the portal did not arrive."""
    since = clock.now() - LISTED_FOR
    care: QuerySet[Message] = Message.objects.filter(
        mail_class=Message.MailClass.CARE, cause__in=CARE
    )
    ended = Q(status__in=[Status.FAILED, Status.UNCERTAIN], settled_at__gte=since)
    given_back = FollowUp.objects.filter(done_at=None)
    lost = EscrowEvent.objects.filter(
        kind=EscrowEvent.Kind.NOTICE_FAILED, occurred_at__gte=since, item__read_at=None
    )
    found = care.filter(
        ended | Q(id__in=given_back.values("message")) | Q(id__in=lost.values("item__message"))
    )
    return found.exclude(_looked_after()).exclude(_is_second())


def uncertain() -> QuerySet[Message]:
    """Of every class: only a person can decide what becomes of it."""
    since = clock.now() - LISTED_FOR
    found: QuerySet[Message] = Message.objects.filter(
        status=Status.UNCERTAIN, cause__in=CARE, settled_at__gte=since
    )
    return found.exclude(_looked_after()).exclude(_is_second())


def done() -> QuerySet[Message]:
    ended = FollowUp.objects.filter(done_at__gte=clock.now() - LISTED_FOR)
    found: QuerySet[Message] = Message.objects.filter(id__in=ended.values("message"))
    return found


def in_state(state: str) -> QuerySet[Message]:
    """Raises KeyError for an unknown state."""
    return {"": waiting, "uncertain": uncertain, "done": done}[state]()


def cases(page: messages.Page) -> list[Case]:
    ids = [row.message.id for row in page.rows]
    known = {each.message_id: each for each in FollowUp.objects.filter(message__in=ids)}
    promises = {each.message_id: each for each in MustArrive.objects.filter(message__in=ids)}
    return [
        _case(row, known.get(row.message.id), promises.get(row.message.id)) for row in page.rows
    ]


def case_of(message: Message) -> Case:
    page = messages.page(Message.objects.filter(pk=message.pk), before=None)
    (case,) = cases(page)
    return case


def tried(message: Message) -> list[Moment]:
    """What was done for one that must arrive, oldest first."""
    steps = MessageEvent.objects.filter(
        message=message, kind=MessageEvent.Kind.HAD_TO_ARRIVE
    ).order_by("occurred_at", "id")
    return story.tell(story.Event(step.kind, step.occurred_at, step.detail) for step in steps)


def late() -> int:
    """How many wait for longer than they should: past their own deadline, or past ours."""
    by = clock.now() - DEADLINE
    of_late = FollowUp.objects.filter(opened_at__gte=by)
    promised = MustArrive.objects.filter(deadline_at__lt=clock.now()).values("message")
    ours = Q(settled_at__lt=by) & ~Q(id__in=of_late.values("message"))
    return waiting().filter(ours | Q(id__in=promised)).count()


@transaction.atomic
def assign(message: Message, *, actor: Actor) -> None:
    """From now on `actor` looks after it."""
    follow_up = _open(message)
    follow_up.assigned_to, follow_up.assigned_to_name = actor.id, actor.name
    follow_up.save(update_fields=["assigned_to", "assigned_to_name"])
    audit.record("undelivered.assigned", actor=actor, on=message)


@transaction.atomic
def settle(message: Message, *, outcome: str, note: str, actor: Actor) -> None:
    """Say how the person was told. Raises NotFollowedUp."""
    if outcome not in SAID:
        raise NotFollowedUp("Say how the person was reached.")
    _settle(
        _open(message), FollowUp.Outcome(outcome), note=note.strip()[:LONGEST_NOTE], actor=actor
    )
    audit.record("undelivered.settled", actor=actor, on=message, outcome=outcome)


@transaction.atomic
def send_again(message: Message, *, actor: Actor) -> None:
    """Queue what may have arrived once more: the same mail with the same Message-ID.

    Raises NotFollowedUp unless nobody knows whether it arrived, and its campaign may send.
    """
    message = Message.objects.select_for_update().get(pk=message.pk)
    if message.status != Status.UNCERTAIN or message.cause not in CARE:
        raise NotFollowedUp(
            "Only a message of which nobody knows whether it arrived is sent again."
        )
    if Campaign.objects.filter(pk=message.cause_id, status__in=STOPPED).exists():
        raise NotFollowedUp("Its campaign is paused or canceled, so nothing of it may leave.")
    _settle(_open(message), FollowUp.Outcome.SENT_AGAIN, note="", actor=actor)
    message.status, message.reason = Status.QUEUED, ""
    message.settled_at, message.due_at = None, clock.now()
    message.save(update_fields=["status", "reason", "settled_at", "due_at"])
    turn = Turn(message.pk, status=Status.QUEUED.value)
    chronicle.tell_turns("messages.queued_again", [turn], counts={"queued": 1})
    audit.record("message.sent_again", actor=actor, on=message)


def _looked_after() -> Exists:
    """Somebody ended it after it had come to its last state."""
    return Exists(
        FollowUp.objects.filter(message=OuterRef("pk"), done_at__gte=OuterRef("settled_at"))
    )


def _is_second() -> Exists:
    """It went to the second address for one that must arrive, which is looked after itself."""
    return Exists(MustArrive.objects.filter(pk=OuterRef("cause_id")))


def _open(message: Message) -> FollowUp:
    """Its row, locked. Raises NotFollowedUp if it has ended already."""
    if not (waiting() | uncertain()).filter(pk=message.pk).exists():
        raise NotFollowedUp("Nobody has to look after this message any more.")
    since = message.settled_at or message.created_at
    follow_up, _ = FollowUp.objects.select_for_update().get_or_create(
        message=message, defaults={"opened_at": since}
    )
    if follow_up.done_at is not None:  # it was sent again, and failed again
        follow_up.open_again(since=since)
    return follow_up


def _settle(follow_up: FollowUp, outcome: FollowUp.Outcome, *, note: str, actor: Actor) -> None:
    follow_up.outcome, follow_up.done_at = outcome, clock.now()
    follow_up.done_by, follow_up.done_by_name = actor.id, actor.name
    follow_up.note = note or follow_up.note
    follow_up.save(update_fields=["outcome", "done_at", "done_by", "done_by_name", "note"])


def _case(row: Row, follow_up: FollowUp | None, promise: MustArrive | None) -> Case:
    settled = row.message.settled_at or row.message.created_at
    since = max(settled, follow_up.opened_at) if follow_up else settled
    by = promise.deadline_at if promise else since + DEADLINE
    return Case(row, follow_up, since, clock.now() > by, promise)
