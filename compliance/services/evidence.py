"""Taking evidence from the log: which places of the tree some days cover, and the file."""

from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from audit import evidence, queries, sequencing
from audit.evidence import Evidence
from audit.services import Actor
from tenancy.errors import DomainError


class NothingHappened(DomainError):
    """There is no event in these days."""


class Days(NamedTuple):
    """Whole days, both included, as they are where the reader is."""

    first: date
    last: date
    zone: ZoneInfo

    def bounds(self) -> tuple[datetime, datetime]:
        begin = datetime.combine(self.first, time.min, self.zone)
        end = datetime.combine(self.last + timedelta(days=1), time.min, self.zone)
        return begin.astimezone(UTC), end.astimezone(UTC)


def prepare(days: Days | None, *, with_details: bool, actor: Actor) -> Evidence:
    """Evidence of these days, or of everything. Not for an open transaction. Raises NothingHappened.

    The tree is in the order of commits: events beside the first and the last may be of another day.
    """
    if days is None:
        return evidence.prepare(actor=actor, with_details=with_details)
    sequencing.catch_up()
    places = queries.places_between(*days.bounds())
    if places is None:
        raise NothingHappened("Nothing happened in these days. Choose others.")
    first, end = places
    return evidence.prepare(actor=actor, with_details=with_details, first=first, end=end)
