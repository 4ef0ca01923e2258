"""The rows of warm-up plans: taken from, told to, and read, each step under a lock of its own rows.

A plan begins with the first message of its name. Sender domains are kept in the workspace's scope,
sending addresses in the platform's.
"""

from collections import Counter
from collections.abc import Callable, Collection, Mapping
from datetime import UTC, date, datetime, timedelta

from django.db import transaction

from delivery.models import Message, WarmUp, WarmUpPlan
from delivery.replies import Meaning, meaning_of
from delivery.warming import plan as rules
from delivery.wire.door import Outcome, Result
from tenancy import clock

# What is not counted: the operator did not hear of it.
UNHEARD = frozenset(
    {
        Meaning.NO_CONNECTION,
        Meaning.CONNECTION_LOST,
        Meaning.NO_NAME_ANSWER,
        Meaning.NO_USABLE_HOST,
    }
)
# Ways of one mailbox, which say nothing of what the operator thinks of us.
MAILBOXES = frozenset({Meaning.GREYLISTED, Meaning.MAILBOX_FULL})

Wanted = tuple[str, str]  # a lane and a mail class
Seen = tuple[str, str]  # a lane and the column that counts


def today() -> date:
    return clock.now().astimezone(UTC).date()


def take(name: str, wanted: Mapping[Wanted, int]) -> Counter[Wanted]:
    """How many of the wanted may go now, the urgent first; what is granted counts as sent."""
    granted: Counter[Wanted] = Counter()
    ordered = sorted(wanted.items(), key=lambda item: _urgency(item[0]))

    def step(lane: WarmUp) -> None:
        for (where, mail_class), count in ordered:
            if where == lane.lane:
                given = rules.room(lane, mail_class, count)
                granted[where, mail_class] = given
                lane.taken += given

    known = _step(name, {lane for lane, _ in wanted}, step)
    return granted if known else Counter(wanted)


def postpone(name: str, wanted: Mapping[Wanted, int]) -> dict[Wanted, list[datetime]]:
    """When the turn of each comes that is not granted."""
    midnight = datetime.combine(today(), datetime.min.time(), UTC)
    moments: dict[Wanted, list[datetime]] = {}

    def step(lane: WarmUp) -> None:
        for (where, mail_class), count in wanted.items():
            if where == lane.lane:
                ahead = rules.days_ahead(lane, mail_class, count)
                moments[where, mail_class] = [midnight + timedelta(days=days) for days in ahead]

    if _step(name, {lane for lane, _ in wanted}, step):
        return moments
    return {key: [clock.now()] * count for key, count in wanted.items()}


def give_back(name: str, lanes: Mapping[str, int]) -> None:
    """What was granted and never reached its operator."""

    def step(lane: WarmUp) -> None:
        lane.taken = max(0, lane.taken - lanes[lane.lane])

    _step(name, set(lanes), step)


def tell(name: str, seen: Mapping[Seen, int]) -> None:
    """Count what operators answered; the columns are those of `column_of`."""

    def step(lane: WarmUp) -> None:
        for (where, column), count in seen.items():
            if where == lane.lane:
                setattr(lane, column, getattr(lane, column) + count)

    _step(name, {lane for lane, _ in seen}, step)


def column_of(outcome: Outcome) -> str:
    """What is counted of a try: "" where nothing is, "unheard" where its place is given back."""
    match outcome.result:
        case Result.ACCEPTED | Result.UNCERTAIN:
            return "accepted"
        case Result.UNPROTECTED | Result.WITHHELD:
            return "unheard"
    meaning = meaning_of(outcome.stage, outcome.reply, outcome.host)
    if meaning in UNHEARD:
        return "unheard"
    if meaning in MAILBOXES:
        return ""
    return "deferred" if outcome.reply.code < 500 else "refused"


def lanes_without_caps(name: str, lanes: Collection[str]) -> frozenset[str]:
    """Those that need not be asked for: the plan is off, or has come to its end and is in use today."""
    plan = WarmUpPlan.objects.filter(name=name).first()
    if plan is None:
        return frozenset()
    if plan.off_since:
        return frozenset(lanes)
    over = WarmUp.objects.filter(plan=plan, lane__in=list(lanes), is_over=True, day=today())
    return frozenset(over.values_list("lane", flat=True))


@transaction.atomic
def _step(name: str, lanes: Collection[str], step: Callable[[WarmUp], None]) -> bool:
    """Let `step` change each row on the present day. Returns False for a plan that is switched off."""
    plan, _ = WarmUpPlan.objects.get_or_create(name=name)
    if plan.off_since:
        return False
    now = today()
    fresh = [rules.begun(plan.start, now) for _ in lanes]
    for row, lane in zip(fresh, sorted(lanes), strict=True):
        row.plan, row.lane = plan, lane
    WarmUp.objects.bulk_create(fresh, ignore_conflicts=True)
    rows = WarmUp.objects.select_for_update().filter(plan=plan, lane__in=list(lanes))
    for row in rows.order_by("lane"):
        rules.turn_over(row, plan.start, now)
        step(row)
        row.save(update_fields=COUNTED)
    return True


COUNTED = (
    "day", "days", "cap", "is_over", "taken", "accepted", "deferred", "refused", "complained",
    "postponed",
)  # fmt: skip


def _urgency(wanted: Wanted) -> int:
    return Message.BY_URGENCY.index(Message.MailClass(wanted[1]))
