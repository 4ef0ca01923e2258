"""One worker's side of a lane: what waits in it, what is under way, and what was granted."""

import math
import random
import time
from collections import deque
from dataclasses import dataclass, field
from datetime import UTC, datetime
from threading import Lock

from delivery.lanes import limits, states
from delivery.lanes.limits import Grant, Report, State
from delivery.lanes.operators import Operator, operator_of, speaks_for
from delivery.lanes.signals import Signal, signal_of
from delivery.wire.door import Envelope, Outcome
from tenancy import clock

ASK_EVERY_SECONDS = 0.25
# Well before the share is taken for that of a worker that is gone.
RENEW_SECONDS = 5.0
UNUSED_SECONDS = 1.0
# Longer, and the person's consent, the campaign's pause and the lease would be asked too long ago.
HOLD_SECONDS = 5.0
NOTHING = Grant(0, 0.0, 0.0)
GOOD = frozenset({Signal.ACCEPTED, Signal.TALKED})


@dataclass
class Lane:
    """Use from one thread, but for `follow`. `worker` is a name of this worker's own."""

    address: str
    name: str
    worker: str
    waiting: deque[tuple[float, Envelope]] = field(default_factory=deque)
    busy: int = 0
    grant: Grant = NOTHING
    report: Report = field(default_factory=Report)
    asked_at: float = float("-inf")
    full_until: float = float("-inf")
    _taking: Lock = field(default_factory=Lock)

    @property
    def operator(self) -> Operator:
        return operator_of(self.name)

    @property
    def is_unused(self) -> bool:
        """For a second or more: others may have what it holds."""
        is_done = not self.waiting and not self.busy
        return is_done and time.monotonic() - self.asked_at > UNUSED_SECONDS

    @property
    def is_full(self) -> bool:
        """Whether it rests, or put something off a moment ago: what comes now would be put off as well."""
        rests = self.grant.rests_until > clock.now().timestamp()
        return rests or time.monotonic() < self.full_until

    def put(self, envelope: Envelope) -> None:
        self.waiting.append((time.monotonic(), envelope))

    def next(self) -> Envelope | None:
        """The next envelope that may go now, counted as under way."""
        if not self.waiting or not self._may_begin():
            return None
        with self._taking:
            if not self.waiting:
                return None
            _, envelope = self.waiting.popleft()
        self.busy += 1
        self.grant = Grant(self.grant.slots, self.grant.tokens - 1, self.grant.rests_until)
        return envelope

    def follow(self, outcome: Outcome) -> Envelope | None:
        """The next one in the place of one that ended well; from the thread that talks to servers.

        Where the operator sets a pace or complains, nothing follows before `next` says so.
        """
        with self._taking:
            goes_well = self._signal_of(outcome) in GOOD and not self.report.streak
            has_room = self.busy <= self.grant.slots and self.grant.tokens == math.inf
            return self.waiting.popleft()[1] if goes_well and has_room and self.waiting else None

    def withdraw(self) -> list[Envelope]:
        """Take back what waits."""
        with self._taking:
            left = [envelope for _, envelope in self.waiting]
            self.waiting.clear()
        return left

    def ended(self, outcome: Outcome | None) -> None:
        """One is no longer under way; None: it never was, for a fault of ours."""
        self.busy -= 1
        match self._signal_of(outcome) if outcome else Signal.SILENT:
            case Signal.ACCEPTED:
                self.report.accepted += 1
                self.report.streak = 0
            case Signal.TALKED:
                self.report.talked += 1
                self.report.streak = 0
            case Signal.THROTTLED:
                self.report.throttled += 1
                self.report.streak += 1
            case Signal.LOST:
                self.report.lost += 1
                self.report.streak += 1
        if self.report.streak:
            self.asked_at = float("-inf")  # the others should know

    def _signal_of(self, outcome: Outcome) -> Signal:
        return signal_of(outcome) if speaks_for(self.name, outcome.host) else Signal.SILENT

    def overdue(self) -> list[tuple[Envelope, datetime]]:
        """What has waited here for long enough, and when each may come back."""
        with self._taking:
            late = self._taken_off() if self._must_wait() else []
        return list(zip(late, self.book(len(late)), strict=True))

    def book(self, messages: int) -> list[datetime]:
        """When so many that are put off may come back."""
        if not messages:
            return []
        self.full_until = time.monotonic() + HOLD_SECONDS
        begins, apart = states.take(
            self._key, lambda state, now: limits.booked(state, messages, now)
        )
        return [_moment(begins + apart * (place + random.random())) for place in range(messages)]  # noqa: S311

    def ask(self) -> None:
        """Tell what was seen and take what there is, a few times a second at most."""
        now = time.monotonic()
        wants = self.busy + len(self.waiting)
        pause = ASK_EVERY_SECONDS if self._lacks() else RENEW_SECONDS
        if now - self.asked_at < pause:
            return
        self.asked_at = now
        self._exchange(wants)

    def leave(self) -> None:
        """Nothing is to do here any more, and nobody is under way."""
        self.busy = 0
        self._exchange(0)

    @property
    def _key(self) -> str:
        return f"{self.address}/{self.name}"

    def _lacks(self) -> bool:
        return bool(self.waiting) and (
            self.busy >= self.grant.slots or self.grant.tokens < 1 or self.report.streak > 0
        )

    def _may_begin(self) -> bool:
        if self._lacks():
            self.ask()
        return self.busy < self.grant.slots and self.grant.tokens >= 1

    def _must_wait(self) -> bool:
        if not self.waiting:
            return False
        rests = self.grant.rests_until > clock.now().timestamp()
        return rests or time.monotonic() - self.waiting[0][0] > HOLD_SECONDS

    def _taken_off(self) -> list[Envelope]:
        rests = self.grant.rests_until > clock.now().timestamp()
        too_old = time.monotonic() - HOLD_SECONDS
        late: list[Envelope] = []
        while self.waiting and (rests or self.waiting[0][0] < too_old):
            late.append(self.waiting.popleft()[1])
        return late

    def _exchange(self, wants: int) -> None:
        report, self.report = self.report, Report()
        if math.isfinite(self.grant.tokens):
            report.unspent = max(0.0, self.grant.tokens)

        def step(state: State, now: float) -> Grant:
            limits.told(state, report, self.operator, now)
            return limits.granted(state, self.worker, wants, self.busy, now)

        self.grant = states.take(self._key, step)


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
