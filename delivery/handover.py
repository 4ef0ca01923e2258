"""Many envelopes through one transport at once.

A thread leads the conversations with mail servers; what they bring is gathered by the thread that
owns the database connection, in groups as large as what has ended meanwhile.
"""

import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import datetime
from queue import Empty, SimpleQueue
from typing import NamedTuple
from uuid import UUID

from delivery.crash_points import reach
from delivery.lanes.lane import Lane
from delivery.wire.conversation import Conversation
from delivery.wire.door import Announce, Envelope, Outcome
from delivery.wire.loop import Loop
from delivery.wire.transport import Transport
from tenancy.ids import uuid7

SESSIONS = 20
# What waits in lanes that are full, while the rest of the chunk goes on.
MOST_WAITING = 500
# What is ready while all connections are busy: they go on while the next are drafted or the last recorded.
AHEAD = 100
POLL_SECONDS = 0.2
# Whoever wakes for each message takes the interpreter's lock from the thread that talks.
TOGETHER_SECONDS = 0.005
# What a pause would stop goes on for no longer, while the thread with the database is busy.
UNHEARD = 50
# A server that has said nothing for so long may take its time: others need not wait for it.
STUCK_SECONDS = 5.0

Note = Callable[[Envelope, Outcome], None]


class Done(NamedTuple):
    """A try has ended. `trouble` is why no message could be made, or what went wrong in here.

    `later` is set where there was none: its lane takes nothing now, but may at that time.
    `followed_by` is what has begun in its place.
    """

    envelope: Envelope
    outcome: Outcome | None = None
    trouble: Exception | None = None
    later: datetime | None = None
    followed_by: Envelope | None = None


class Handover:
    """Use as a context; every envelope that is put in comes out of `gather` once."""

    def __init__(self, transport: Transport, announce: Announce, note: Note | None = None) -> None:
        """`announce` is asked before each dot; `note` keeps each outcome as soon as it is known.

        Another thread calls both.
        """
        self._transport = transport
        self._announce = announce
        self._note = note
        self._worker = uuid7().hex
        self._ended: SimpleQueue[Done] = SimpleQueue()
        self._unsorted: deque[Envelope] = deque()
        self._lanes: dict[str, Lane] = {}
        self._busy: dict[UUID, Lane] = {}
        self._tidied_at = time.monotonic()
        self._moved_at = time.monotonic()
        # Whether lanes have to take turns at the connections.
        self._is_crowded = False
        self._loop = Loop()
        self._held = ExitStack()

    def __enter__(self) -> "Handover":
        self._held.enter_context(self._loop)
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing more is begun; who still talks may finish."""
        self.withdraw()
        self._held.close()
        for lane in self._lanes.values():
            lane.leave()

    @property
    def wants_more(self) -> bool:
        """Whether connections have nothing to do, though others may wait for lanes that are full."""
        waiting = len(self._unsorted) + self._waiting
        return waiting < (AHEAD if len(self._busy) == SESSIONS else MOST_WAITING)

    @property
    def is_idle(self) -> bool:
        return not self._unsorted and not self._busy and not self._waiting

    @property
    def is_stuck(self) -> bool:
        """Whether nothing has begun or ended for a while, and nothing can before slow servers answer."""
        is_full = len(self._busy) == SESSIONS
        is_last = bool(self._busy) and not self._unsorted and not self._waiting
        return (is_full or is_last) and time.monotonic() - self._moved_at > STUCK_SECONDS

    def withdraw(self) -> list[Envelope]:
        """Take back what nobody was asked to take yet."""
        left = [*self._unsorted]
        self._unsorted.clear()
        for lane in self._lanes.values():
            left += lane.withdraw()
        return left

    @property
    def full_lanes(self) -> dict[str, Lane]:
        """Those that take nothing more for the moment."""
        return {name: lane for name, lane in self._lanes.items() if lane.is_full}

    def put(self, envelope: Envelope) -> None:
        """Hand it over as soon as a connection is free and its lane takes it."""
        self._unsorted.append(envelope)

    def gather(self) -> list[Done]:
        """What has ended by now; waits a moment if nothing has."""
        self._start()
        ended = list(self._gathered())
        if ended:
            self._moved_at = time.monotonic()
        for done in ended:
            lane = self._busy.pop(done.envelope.id)
            lane.ended(done.outcome)
            if done.followed_by:
                lane.busy += 1
                self._busy[done.followed_by.id] = lane
        self._start()
        if time.monotonic() - self._tidied_at > POLL_SECONDS:
            self._tidied_at = time.monotonic()
            ended += self._put_off()
            self._tidy()
        return ended

    @property
    def _waiting(self) -> int:
        return sum(len(lane.waiting) for lane in self._lanes.values())

    def _gathered(self) -> Iterator[Done]:
        try:
            yield self._ended.get(timeout=POLL_SECONDS)
            if self._waiting:
                time.sleep(TOGETHER_SECONDS)
            while True:
                yield self._ended.get_nowait()
        except Empty:
            return

    def _start(self) -> None:
        """Each lane in turn, so that a full one keeps no connection from the others."""
        self._sort()
        open_lanes = [lane for lane in self._lanes.values() if lane.waiting]
        self._is_crowded = False
        while open_lanes:
            for lane in list(open_lanes):
                if len(self._busy) == SESSIONS:
                    self._is_crowded = len(open_lanes) > 1
                    return
                if envelope := lane.next():
                    self._busy[envelope.id] = lane
                    self._moved_at = time.monotonic()
                    self._loop.begin(self._led(envelope, lane))
                else:
                    open_lanes.remove(lane)

    def _sort(self) -> None:
        if not self._unsorted:
            return
        lanes = self._transport.lanes({envelope.domain for envelope in self._unsorted})
        while self._unsorted:
            envelope = self._unsorted.popleft()
            name = lanes[envelope.domain]
            if name not in self._lanes:
                self._lanes[name] = Lane(self._transport.sends_as, name, self._worker)
            self._lanes[name].put(envelope)

    def _put_off(self) -> Iterator[Done]:
        for lane in self._lanes.values():
            for envelope, later in lane.overdue():
                yield Done(envelope, later=later)

    def _tidy(self) -> None:
        for name, lane in list(self._lanes.items()):
            if lane.is_unused:
                lane.leave()
                del self._lanes[name]
            else:
                lane.ask()

    def _led(self, envelope: Envelope, lane: Lane) -> Conversation[None]:
        """One after the other in its lane, as long as all is well."""
        following: Envelope | None = envelope
        while following:
            done = yield from self._tried(following, lane)
            following = done.followed_by
            self._ended.put(done)

    def _tried(self, envelope: Envelope, lane: Lane) -> Conversation[Done]:
        try:
            outcome = yield from self._transport.converse(envelope, self._announce)
            reach("answered")
            if self._note:
                self._note(envelope, outcome)
            followed_by = lane.follow(outcome) if self._may_follow else None
        except Exception as trouble:  # noqa: BLE001 it is raised or recorded by the other thread
            return Done(envelope, trouble=trouble)
        return Done(envelope, outcome, followed_by=followed_by)

    @property
    def _may_follow(self) -> bool:
        """False while several lanes wait for a connection, or too much has ended unheard."""
        return not self._is_crowded and self._ended.qsize() < UNHEARD
