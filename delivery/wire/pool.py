"""Open sessions kept for the next message to the same host."""

import threading
import time
from collections import OrderedDict, defaultdict, deque
from collections.abc import Iterator
from dataclasses import dataclass

from delivery.lanes.operators import lane_of, operator_of
from delivery.wire.dial import Place
from delivery.wire.levels import Level
from delivery.wire.session import Session

IDLE_SECONDS = 30  # servers begin to mind
# Each is an open file of the process, and thousands of domains have a host of their own.
MOST_IDLE = 200


@dataclass
class Kept:
    session: Session
    since: float
    used: int

    @property
    def is_fresh(self) -> bool:
        return time.monotonic() - self.since < IDLE_SECONDS


class Pool:
    """Shared by the threads of a worker; a session belongs to one thread at a time."""

    def __init__(self) -> None:
        self._idle: defaultdict[Place, deque[Kept]] = defaultdict(deque)
        # The same sessions, idle longest first.
        self._places: OrderedDict[Session, Place] = OrderedDict()
        self._used: dict[Session, int] = {}
        self._lock = threading.Lock()

    def take(self, place: Place, *, required: Level) -> Session | None:
        """The session used last, if it proved enough and is still alive."""
        unfit: list[Session] = []
        try:
            with self._lock:
                while place in self._idle:
                    kept = self._idle[place].pop()
                    self._forget(kept.session)
                    if _serves(kept, required):
                        self._used[kept.session] = kept.used
                        return kept.session
                    unfit.append(kept.session)
        finally:
            _dismiss(unfit)
        return None

    def give_back(self, place: Place, session: Session) -> None:
        """Keep it if it can serve another message; say goodbye where nobody came for one."""
        with self._lock:
            used = self._used.pop(session, 0) + 1
            keeps = session.is_open and used < operator_of(lane_of(place.host)).messages
            if keeps:
                self._idle[place].append(Kept(session, time.monotonic(), used))
                self._places[session] = place
            unwanted = list(self._overdue())
        _dismiss(unwanted if keeps else [*unwanted, session])

    def _overdue(self) -> Iterator[Session]:
        while self._places:
            session, place = next(iter(self._places.items()))
            if len(self._places) <= MOST_IDLE and self._idle[place][0].is_fresh:
                return
            self._idle[place].popleft()
            self._forget(session)
            yield session

    def _forget(self, session: Session) -> None:
        place = self._places.pop(session)
        if not self._idle[place]:
            del self._idle[place]


def _serves(kept: Kept, required: Level) -> bool:
    proved = kept.session.proved.level >= required
    return kept.is_fresh and proved and not kept.session.has_spoken()


def _dismiss(sessions: list[Session]) -> None:
    for session in sessions:
        session.quit()
