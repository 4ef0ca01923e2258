"""Taking evidence from the log: which places of the tree some days cover, and the file."""

from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from audit import archives, evidence, queries, sequencing
from audit.evidence import Evidence
from audit.models import Archive, Disposal
from audit.services import Actor
from compliance import disposable
from tenancy.errors import DomainError


class NothingHappened(DomainError):
    """There is no event in these days."""


class DaysDisposed(DomainError):
    """What happened in these days was let go by two people; the sentence says who and when."""


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
    """Evidence of these days, or of everything. Not for an open transaction. Raises NothingHappened and
    DaysDisposed.

    The tree is in the order of commits: events beside the first and the last may be of another day.
    """
    if days is None:
        return evidence.prepare(actor=actor, with_details=with_details)
    sequencing.catch_up()
    places = queries.places_between(*days.bounds())
    if places is None:
        raise _refusal(days)
    first, end = places
    return evidence.prepare(actor=actor, with_details=with_details, first=first, end=end)


def _refusal(days: Days) -> DomainError:
    """Why there is no event: it was disposed of, or there never was one as far as the archives tell."""
    begin, end = days.bounds()
    begun = Archive.objects.exclude(sha256="").order_by("month").first()
    was_there = begun is None or archives.opens(begun.month) < end
    gone = disposable.disposals().filter(month__gte=begin.date().replace(day=1))
    disposal = gone.order_by("month").first() if was_there else None
    if disposal is None:
        return NothingHappened("Nothing happened in these days. Choose others.")
    return DaysDisposed(_said(disposal, days.zone))


def _said(disposal: Disposal, zone: ZoneInfo) -> str:
    moment = (disposal.ended_at or disposal.granted_at or disposal.asked_at).astimezone(zone)
    verb = "were disposed of on" if disposal.ended_at else "are being disposed of since"
    files = (
        "Their archives are kept: take a copy of those."
        if disposal.keeps_archives
        else "Their archives went too."
    )
    return (
        f"The events of these days {verb} {moment.day} {moment:%B %Y}, by decision of "
        f"{disposal.granted_by_name}, as {disposal.asked_by_name} had asked. {files}"
    )
