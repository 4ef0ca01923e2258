"""Segments as that whom a file of people can be about."""

from collections.abc import Iterator
from uuid import UUID

from contacts.export_sources import Source
from contacts.queries import Person
from segments import queries
from segments.models import Segment


def people_of(segment_id: UUID | None) -> Iterator[Person]:
    """The people whom the segment describes today. Raises RuleInvalid."""
    segment = Segment.objects.get(pk=_named(segment_id))
    return queries.matching(queries.rule_of(segment))


def is_there(segment_id: UUID | None) -> bool:
    return Segment.objects.filter(pk=_named(segment_id), archived_at=None).exists()


def _named(segment_id: UUID | None) -> UUID:
    """A form may leave the id out; no segment has this one."""
    return segment_id or UUID(int=0)


SOURCE = Source("A segment", people_of=people_of, is_there=is_there)
