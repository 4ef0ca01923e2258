"""The clock door: product code asks `now()`, so that a test can stand at any moment."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime

_standing_at: ContextVar[datetime | None] = ContextVar("standing_at", default=None)


def now() -> datetime:
    """The current instant, aware, UTC."""
    return _standing_at.get() or datetime.now(UTC)


def steady() -> float:
    """Seconds that never go back, for how long something may be kept; moves with `at`."""
    moment = _standing_at.get()
    moved = (moment - datetime.now(UTC)).total_seconds() if moment else 0.0
    return time.monotonic() + moved


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """Let `now()` answer `moment` inside the block. For tests."""
    token = _standing_at.set(moment)
    try:
        yield
    finally:
        _standing_at.reset(token)
