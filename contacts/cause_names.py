"""What made a line of somebody's timeline, by the name that staff know it by.

Campaigns are above contacts, so they say here how their names are read.
"""

from collections.abc import Callable, Collection, Mapping
from uuid import UUID

Names = Callable[[Collection[UUID]], Mapping[UUID, str]]

_READERS: dict[str, Names] = {}


def register(cause: str, names: Names) -> None:
    """Say how the names of things of this kind are read. Raises ValueError at the second time."""
    if cause in _READERS:
        raise ValueError(f"names of {cause} are registered twice")
    _READERS[cause] = names


def names(cause: str, ids: Collection[UUID]) -> Mapping[UUID, str]:
    """Those that are known; nothing for a kind without names, such as an import."""
    reader = _READERS.get(cause)
    return reader(ids) if reader and ids else {}
