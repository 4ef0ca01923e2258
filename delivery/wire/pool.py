"""Open sessions kept for the next message to the same host."""

import threading
import time
from collections import defaultdict, deque
from dataclasses import dataclass

from delivery.lanes.operators import lane_of, operator_of
from delivery.wire.dial import Place
from delivery.wire.levels import Level
from delivery.wire.session import Session

IDLE_SECONDS = 30  # servers begin to mind


@dataclass
class Kept:
    session: Session
    since: float
    used: int


class Pool:
    """Shared by the threads of a worker; a session belongs to one thread at a time."""

    def __init__(self) -> None:
        self._idle: dict[Place, deque[Kept]] = defaultdict(deque)
        self._used: dict[Session, int] = {}
        self._lock = threading.Lock()

    def take(self, place: Place, *, required: Level) -> Session | None:
        """The session used last, if it proved enough and is still alive."""
        with self._lock:
            idle = self._idle[place]
            while idle:
                kept = idle.pop()
                fresh = time.monotonic() - kept.since < IDLE_SECONDS
                if (
                    fresh
                    and kept.session.proved.level >= required
                    and not kept.session.has_spoken()
                ):
                    self._used[kept.session] = kept.used
                    return kept.session
                kept.session.quit()
        return None

    def give_back(self, place: Place, session: Session) -> None:
        """Keep it if it can serve another message."""
        with self._lock:
            used = self._used.pop(session, 0) + 1
            if session.is_open and used < operator_of(lane_of(place.host)).messages:
                self._idle[place].append(Kept(session, time.monotonic(), used))
                return
        session.quit()

    def close(self) -> None:
        """Say goodbye on all idle sessions."""
        with self._lock:
            for idle in self._idle.values():
                while idle:
                    idle.pop().session.quit()
