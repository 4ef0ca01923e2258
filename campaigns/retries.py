"""How many messages of a campaign wait for another try.

Messages are delivery's, which is above campaigns, so it says here how they are counted.
"""

from collections.abc import Callable
from uuid import UUID

Count = Callable[[UUID], int]

_counts: list[Count] = []


def register(count: Count) -> None:
    """Say how they are counted. Raises ValueError at the second time."""
    if _counts:
        raise ValueError("retries are counted in one way")
    _counts.append(count)


def waiting(campaign_id: UUID) -> int:
    return _counts[0](campaign_id) if _counts else 0
