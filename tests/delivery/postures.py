"""Lessons about domains, for tests that need them remembered."""

from collections import Counter

from delivery.evidence import Observation
from delivery.services import postures
from delivery.services.postures import Lesson
from delivery.wire.levels import STABLE_FAILURES
from tenancy import clock

NOT_OFFERED = "starttls-not-supported"
SAFE = {"T2", "T2P", "T3", "T4"}


def learn(**shown: str) -> dict[str, object]:
    """Remember of `plainmail` that `plainmail.example` showed this, as after one message."""
    lessons = {
        f"{name}.example": Lesson(
            is_safe=True if what in SAFE else False if what in STABLE_FAILURES else None,
            observed=Counter([Observation(f"mx.{name}.example", what)]),
        )
        for name, what in shown.items()
    }
    return postures.remember(lessons, clock.now())
