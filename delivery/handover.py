"""Many envelopes through one transport at once.

Threads talk to mail servers; what they bring is gathered by the thread that owns the database
connection, in groups as large as what has ended meanwhile.
"""

from collections import Counter, deque
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from queue import Empty, SimpleQueue
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

    def __init__(
        self, transport: Transport, announce: Announce, note: Note | None = None
    ) -> None:
        """`announce` is asked before each dot; `note` keeps each outcome as soon as it is known.

        Threads call both side by side.
        """
        self._transport = transport
        self._announce = announce
        self._note = note
        self._ended: SimpleQueue[Done] = SimpleQueue()
        self._waiting: deque[Envelope] = deque()
        self._busy: Counter[str] = Counter()
        self._threads = ThreadPoolExecutor(SESSIONS, thread_name_prefix="smtp")

    def __enter__(self) -> "Handover":
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing more is begun; who still talks may finish."""
        self._waiting.clear()
        self._threads.shutdown()

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
        for _ in range(len(self._waiting)):
            if self._busy.total() >= SESSIONS:
                return
            envelope = self._waiting.popleft()
            if self._busy[envelope.domain] >= SESSIONS_PER_DOMAIN:
                self._waiting.append(envelope)
                continue
            self._busy[envelope.domain] += 1
            self._threads.submit(self._send, envelope)

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
