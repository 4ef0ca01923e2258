"""How fast a lane goes: pure steps from what was seen to what may be done next.

More connections one by one while all is well, half of them when the operator asks for less
(additive increase, multiplicative decrease); after failures in a row the lane rests, and one
message finds out whether it is open again.
"""

import math
from dataclasses import dataclass, field

from delivery.lanes.operators import Operator

# Practice pages name an hour; a new address would then need a day to reach what its operator takes.
CLEAN_SECONDS = 300.0
# Connections that are refused together are one sign, not twenty.
SAME_SIGN_SECONDS = 5.0
STORM = 5
RESTS_SECONDS = 60.0
LONGEST_REST_SECONDS = 1800.0
# A share of a worker that is gone is free again after this.
SHARE_LASTS_SECONDS = 20.0
PACE_SECONDS = 5.0
SLOWEST = 0.2  # messages a second
# What is put off is drafted again: not too often, and not so late that a lane which got faster waits for it.
FURTHEST_SECONDS = 7200.0
# What is put off comes back a little faster than the lane went, so that it never runs empty.
EAGER = 1.2


@dataclass
class Report:
    """What a worker saw in a lane since it last told. `streak` is of troubles since the last good end."""

    accepted: int = 0
    talked: int = 0
    throttled: int = 0
    lost: int = 0
    streak: int = 0
    unspent: float = 0.0

    @property
    def is_good(self) -> bool:
        return bool(self.accepted or self.talked)


@dataclass
class Share:
    """What one worker holds of a lane."""

    slots: int
    wanted: int
    until: float


@dataclass
class State:
    """Of one lane, as all workers see it. Times are seconds since 1970; no word about messages."""

    limit: int
    per_second: float
    tokens: float
    at: float
    clean_since: float
    halved_at: float = 0.0
    streak: int = 0
    trips: int = 0
    rests_until: float = 0.0
    is_probing: bool = False
    pace: float = 0.0
    counted: int = 0
    counted_since: float = 0.0
    booked_until: float = 0.0
    accepted: int = 0
    throttled: int = 0
    lost: int = 0
    day: int = 0
    shares: dict[str, Share] = field(default_factory=dict)


@dataclass(frozen=True)
class Grant:
    """What a worker may do now: so many at a time, so many in all until it asks again."""

    slots: int
    tokens: float
    rests_until: float


def fresh(operator: Operator, now: float) -> State:
    return State(
        operator.start,
        operator.per_second,
        _burst(operator.per_second),
        now,
        now,
        counted_since=now,
    )


def told(state: State, report: Report, operator: Operator, now: float) -> State:
    """The state after what a worker saw."""
    _count(state, report, now)
    _measure(state, report, now)
    state.tokens = min(_burst(state.per_second), state.tokens + report.unspent)
    if report.is_good:
        state.streak, state.trips, state.is_probing = report.streak, 0, False
        state.rests_until = 0.0
    else:
        state.streak += report.streak
    if report.throttled:
        _slow_down(state, operator, now)
    elif report.lost:
        state.clean_since = now
    elif report.accepted and now - state.clean_since >= CLEAN_SECONDS:
        _speed_up(state, operator, now)
    if report.streak and (state.streak >= STORM or state.is_probing):
        _rest(state, operator, now)
    return state


def granted(state: State, worker: str, wanted: int, busy: int, now: float) -> Grant:
    """What this worker gets, of what the others leave; written into the state."""
    others = {name: it for name, it in state.shares.items() if name != worker and it.until > now}
    _refill(state, now)
    if state.rests_until > now:
        slots = 0
    elif state.rests_until:
        state.is_probing = True
        slots = 0 if any(it.slots for it in others.values()) else 1
    else:
        slots = _slots(state.limit, wanted, others)
    slots = min(slots, wanted)
    tokens = math.inf
    if state.per_second:
        tokens = float(math.floor(min(state.tokens, wanted))) if slots else 0.0
        state.tokens -= tokens
    state.shares = others
    if wanted or busy:
        state.shares[worker] = Share(max(slots, busy), wanted, now + SHARE_LASTS_SECONDS)
    return Grant(slots, tokens, state.rests_until if state.rests_until > now else 0.0)


def booked(state: State, messages: int, now: float) -> tuple[float, float]:
    """When the first of these may come back, and the seconds between them: at the lane's own pace."""
    pace = max(state.pace, state.limit / 2)
    if state.per_second:
        pace = min(pace, state.per_second)
    apart = 1 / (pace * EAGER)
    begins = max(state.booked_until, state.rests_until, now + PACE_SECONDS)
    begins = min(begins, now + FURTHEST_SECONDS)
    state.booked_until = begins + messages * apart
    return begins, apart


def _slots(limit: int, wanted: int, others: dict[str, Share]) -> int:
    left = max(0, limit - sum(it.slots for it in others.values()))
    if any(it.wanted > it.slots for it in others.values()):
        left = min(left, max(1, limit // (len(others) + 1)))
    return min(left, wanted)


def _count(state: State, report: Report, now: float) -> None:
    """For the page: since midnight, UTC."""
    today = int(now // 86_400)
    if state.day != today:
        state.day, state.accepted, state.throttled, state.lost = today, 0, 0, 0
    state.accepted += report.accepted
    state.throttled += report.throttled
    state.lost += report.lost


def _measure(state: State, report: Report, now: float) -> None:
    state.counted += report.accepted
    elapsed = now - state.counted_since
    if elapsed >= PACE_SECONDS:
        if state.counted:
            state.pace = state.counted / min(elapsed, 2 * PACE_SECONDS)
        state.counted, state.counted_since = 0, now


def _slow_down(state: State, operator: Operator, now: float) -> None:
    state.clean_since = now
    if now - state.halved_at < SAME_SIGN_SECONDS:
        return
    state.halved_at = now
    state.limit = max(1, state.limit // 2)
    # What little was there to send says nothing about what is taken.
    reached = max(state.pace, float(operator.start))
    state.per_second = max(SLOWEST, reached / 2)
    state.tokens = min(state.tokens, _burst(state.per_second))


def _speed_up(state: State, operator: Operator, now: float) -> None:
    state.clean_since = now
    state.limit = min(operator.most, state.limit + 1)
    if state.per_second != operator.per_second:
        faster = state.per_second * 1.5
        is_back = operator.per_second and faster >= operator.per_second
        no_limit = not operator.per_second and faster > 4 * max(state.pace, 1.0)
        state.per_second = operator.per_second if is_back or no_limit else faster


def _rest(state: State, operator: Operator, now: float) -> None:
    """Nothing is sent for a while, longer each time that the probe fails as well."""
    rest = min(LONGEST_REST_SECONDS, RESTS_SECONDS * 2**state.trips)
    state.rests_until = now + rest
    state.trips += 1
    state.limit = min(state.limit, operator.start)
    state.streak, state.is_probing, state.clean_since = 0, False, now


def _refill(state: State, now: float) -> None:
    passed = max(0.0, now - state.at)
    state.at = now
    state.tokens = min(_burst(state.per_second), state.tokens + passed * state.per_second)


def _burst(per_second: float) -> float:
    return max(1.0, 2 * per_second)
