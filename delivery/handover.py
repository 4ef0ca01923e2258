"""Many envelopes through one transport at once.

Threads talk to mail servers; what they bring is gathered by the thread that owns the database
connection, in groups as large as what has ended meanwhile.
"""

import time
from collections import deque
from collections.abc import Callable, Iterator
from datetime import datetime
from queue import Empty, SimpleQueue
from threading import Thread
from typing import NamedTuple
from uuid import UUID

from delivery.crash_points import reach
from delivery.lanes.lane import Lane
from delivery.wire.door import Announce, Envelope, Outcome
from delivery.wire.transport import Transport
from tenancy.ids import uuid7

SESSIONS = 20
# What waits in lanes that are full, while the rest of the chunk goes on: one chunk.
MOST_WAITING = 500
POLL_SECONDS = 0.2
# A server that has said nothing for so long may take its time: others need not wait for it.
STUCK_SECONDS = 5.0

Note = Callable[[Envelope, Outcome], None]


class Done(NamedTuple):
    """A try has ended. `trouble` is why no message could be made, or what went wrong in here.

    `later` is set where there was none: its lane takes nothing now, but may at that time.
    """

    envelope: Envelope
    outcome: Outcome | None = None
    trouble: Exception | None = None
    later: datetime | None = None


class Handover:
    """Use as a context; every envelope that is put in comes out of `gather` once."""

    def __init__(self, transport: Transport, announce: Announce, note: Note | None = None) -> None:
        """`announce` is asked before each dot; `note` keeps each outcome as soon as it is known.

        Threads call both side by side.
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
        self._begun: SimpleQueue[Envelope | None] = SimpleQueue()
        self._threads: list[Thread] = []

    def __enter__(self) -> "Handover":
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing more is begun; who still talks may finish."""
        self._unsorted.clear()
        self._begun.put(None)
        for thread in self._threads:
            thread.join()
        for lane in self._lanes.values():
            lane.leave()

    @property
    def wants_more(self) -> bool:
        """Whether threads have nothing to do, though others may wait for lanes that are full."""
        waiting = len(self._unsorted) + self._waiting
        return waiting < (SESSIONS if len(self._busy) == SESSIONS else MOST_WAITING)

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
            left += (envelope for _, envelope in lane.waiting)
            lane.waiting.clear()
        return left

    @property
    def full_lanes(self) -> dict[str, Lane]:
        """Those that take nothing more for the moment."""
        return {name: lane for name, lane in self._lanes.items() if lane.is_full}

    def put(self, envelope: Envelope) -> None:
        """Hand it over as soon as a thread is free and its lane takes it."""
        self._unsorted.append(envelope)

    def gather(self) -> list[Done]:
        """What has ended by now; waits a moment if nothing has."""
        self._start()
        ended = list(self._gathered())
        if ended:
            self._moved_at = time.monotonic()
        for done in ended:
            self._busy.pop(done.envelope.id).ended(done.outcome)
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
            while True:
                yield self._ended.get_nowait()
        except Empty:
            return

    def _start(self) -> None:
        """Each lane in turn, so that a full one keeps no thread from the others."""
        self._sort()
        open_lanes = [lane for lane in self._lanes.values() if lane.waiting]
        while open_lanes:
            for lane in list(open_lanes):
                if len(self._busy) == SESSIONS:
                    return
                if envelope := lane.next():
                    self._busy[envelope.id] = lane
                    self._begin(envelope)
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

    def _begin(self, envelope: Envelope) -> None:
        """A thread is started only when all others are busy."""
        self._moved_at = time.monotonic()
        if len(self._threads) < len(self._busy):
            self._threads.append(Thread(target=self._work, name="smtp", daemon=True))
            self._threads[-1].start()
        self._begun.put(envelope)

    def _work(self) -> None:
        while envelope := self._begun.get():
            self._send(envelope)
        self._begun.put(None)  # the next thread is to end, too

    def _send(self, envelope: Envelope) -> None:
        try:
            outcome = self._transport.send(envelope, self._announce)
            reach("answered")
            if self._note:
                self._note(envelope, outcome)
        except Exception as trouble:  # noqa: BLE001 it is raised or recorded by the other thread
            self._ended.put(Done(envelope, trouble=trouble))
        else:
            self._ended.put(Done(envelope, outcome))
