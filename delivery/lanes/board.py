"""How each lane is doing, in words and numbers for a page."""

from dataclasses import dataclass
from datetime import UTC, datetime

from django.db.models import Min

from delivery.lanes import states
from delivery.lanes.limits import State
from delivery.lanes.operators import OTHER, operator_of
from delivery.models import Message
from tenancy import clock

DAY_SECONDS = 86_400.0
WAITS = ("operator_busy", "warming_up")
# Enough to tell two servers apart.
DIGITS = 6


@dataclass(frozen=True)
class Row:
    """A lane as the platform's staff see it."""

    label: str
    is_own: bool
    address: str
    tone: str
    words: str
    rests_until: datetime | None
    in_use: int
    limit: int
    per_second: float
    accepted: int
    throttled: int
    lost: int


@dataclass(frozen=True)
class Waiting:
    """A workspace's own messages that their operators take later."""

    messages: int
    next_at: datetime | None


def rows() -> list[Row]:
    """Every lane that was used within a day; those with trouble first."""
    now = clock.now().timestamp()
    used = [(name, it) for name, it in states.known() if now - it.at < DAY_SECONDS]
    found = [_row(name, state, now) for name, state in used]
    return sorted(found, key=lambda row: (row.tone == "good", row.label, row.address))


def large_operators() -> list[Row]:
    """The lanes that many workspaces share, without those that would tell of somebody's own server."""
    return [row for row in rows() if not row.is_own]


def waiting() -> Waiting:
    """Of the workspace in scope."""
    found = Message.objects.filter(status=Message.Status.QUEUED, reason__in=WAITS)
    return Waiting(found.count(), found.aggregate(first=Min("due_at"))["first"])


def _row(name: str, state: State, now: float) -> Row:
    address, _, lane = name.rpartition("/")
    operator = operator_of(lane)
    is_own = operator.name == OTHER
    label = f"{operator.label} · {lane.rpartition('-')[2][:DIGITS]}" if is_own else operator.label
    tone, words = _health(state, operator.start, operator.per_second, now)
    rests = state.rests_until > now
    today = state.day == int(now // DAY_SECONDS)
    return Row(
        label,
        is_own,
        address,
        tone,
        words,
        datetime.fromtimestamp(state.rests_until, UTC) if rests else None,
        sum(share.slots for share in state.shares.values() if share.until > now),
        state.limit,
        state.per_second,
        *((state.accepted, state.throttled, state.lost) if today else (0, 0, 0)),
    )


def _health(state: State, start: int, per_second: float, now: float) -> tuple[str, str]:
    if state.rests_until > now:
        return "bad", "Rests"
    if state.rests_until:
        return "wait", "Finding out"
    is_slower = state.per_second != per_second or state.limit < start
    return ("wait", "Slowed down") if is_slower else ("good", "Open")
