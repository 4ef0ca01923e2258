"""Many envelopes through one transport at once.

Threads talk to mail servers; what they bring is gathered by the thread that owns the database
connection, in groups as large as what has ended meanwhile.
"""

from collections import Counter, deque
from collections.abc import Callable, Iterator
from queue import Empty, SimpleQueue
from threading import Thread
from typing import NamedTuple

from delivery.crash_points import reach
from delivery.wire.door import Announce, Envelope, Outcome
from delivery.wire.transport import Transport

SESSIONS = 20
# One slow domain must not take every thread.
SESSIONS_PER_DOMAIN = 5
POLL_SECONDS = 0.2

Note = Callable[[Envelope, Outcome], None]


class Done(NamedTuple):
    """A try has ended. `trouble` is why no message could be made, or what went wrong in here."""

    envelope: Envelope
    outcome: Outcome | None
    trouble: Exception | None


class Handover:
    """Use as a context; every envelope that is put in comes out of `gather` once."""

    def __init__(self, transport: Transport, announce: Announce, note: Note | None = None) -> None:
        """`announce` is asked before each dot; `note` keeps each outcome as soon as it is known.

        Threads call both side by side.
        """
        self._transport = transport
        self._announce = announce
        self._note = note
        self._ended: SimpleQueue[Done] = SimpleQueue()
        self._waiting: deque[Envelope] = deque()
        self._busy: Counter[str] = Counter()
        self._begun: SimpleQueue[Envelope | None] = SimpleQueue()
        self._threads: list[Thread] = []

    def __enter__(self) -> "Handover":
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing more is begun; who still talks may finish."""
        self._waiting.clear()
        self._begun.put(None)
        for thread in self._threads:
            thread.join()

    @property
    def wants_more(self) -> bool:
        """Whether there is less to do than threads to do it."""
        return len(self._waiting) < SESSIONS

    @property
    def is_idle(self) -> bool:
        return not self._waiting and not self._busy

    def put(self, envelope: Envelope) -> None:
        """Hand it over as soon as a thread is free."""
        self._waiting.append(envelope)
        self._start()

    def gather(self) -> list[Done]:
        """What has ended by now; waits a moment if nothing has."""
        ended = list(self._gathered())
        for done in ended:
            self._free(done)
        self._start()
        return ended

    def _free(self, done: Done) -> None:
        domain = done.envelope.domain
        self._busy[domain] -= 1
        if not self._busy[domain]:
            del self._busy[domain]

    def _gathered(self) -> Iterator[Done]:
        try:
            yield self._ended.get(timeout=POLL_SECONDS)
            while True:
                yield self._ended.get_nowait()
        except Empty:
            return

    def _start(self) -> None:
        free = SESSIONS - self._busy.total()
        for _ in range(len(self._waiting)):
            if not free:
                return
            envelope = self._waiting.popleft()
            if self._busy[envelope.domain] >= SESSIONS_PER_DOMAIN:
                self._waiting.append(envelope)
                continue
            self._busy[envelope.domain] += 1
            free -= 1
            self._begin(envelope)

    def _begin(self, envelope: Envelope) -> None:
        """A thread is started only when all others are busy."""
        if len(self._threads) < self._busy.total():
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
            self._ended.put(Done(envelope, None, trouble))
        else:
            self._ended.put(Done(envelope, outcome, None))
