"""Whom a file can be about: apps above this one bring kinds of their own, such as segments."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from uuid import UUID

from contacts.queries.streaming import Person, people


@dataclass(frozen=True, slots=True)
class Source:
    """`people_of` streams them as they are now; `is_there` says whether the id names one."""

    title: str
    people_of: Callable[[UUID | None], Iterator[Person]]
    is_there: Callable[[UUID | None], bool]


_SOURCES: dict[str, Source] = {}
EVERYBODY = "everybody"


def register(kind: str, source: Source) -> None:
    """Raises ValueError for a kind that exists."""
    if kind in _SOURCES:
        raise ValueError(f"{kind} is registered twice")
    _SOURCES[kind] = source


def source_named(kind: str) -> Source | None:
    return _SOURCES.get(kind)


register(
    EVERYBODY,
    Source("Everybody", people_of=lambda _: people(), is_there=lambda source_id: source_id is None),
)
