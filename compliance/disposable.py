"""Reads: which months of the audit log are old enough to be disposed of, and what stands in the way."""

from datetime import date, datetime
from typing import NamedTuple

from django.db.models import Max, QuerySet

from accounts import queries as accounts
from accounts.models import Countersignature
from audit import archives
from audit import queries as audit_queries
from audit.models import Archive, AuditEvent, Disposal, Leaf
from audit.verifier import ORDERED
from compliance import queries
from compliance.retained import Retained
from tenancy import clock

KIND = "audit.dispose"
UNDER_WAY = (Disposal.Status.GRANTED, Disposal.Status.ORDERED, Disposal.Status.STOPPED)


class Offer(NamedTuple):
    """A month up to which events may go: its last place, and whether all of them are in archives."""

    month: date
    end: int
    is_archived: bool


def too_young_since() -> datetime:
    """What was recorded from here on stays: the period of the audit log, six years at least."""
    return clock.now() - queries.retention().periods.of(Retained.AUDIT)


def offers() -> list[Offer]:
    """The closed months that are older than the period and still have events, oldest first."""
    first, archived = audit_queries.disposed_until(), archives.archived_until()
    known = dict(Archive.objects.exclude(sha256="").values_list("month", "end"))
    found, reached = [], first
    for month in _old_months():
        places = audit_queries.places_between(archives.opens(month), archives.closes(month))
        end = max(reached, known.get(month) or (places[1] if places else 0))
        if end > reached and not has_young(first, end):
            found.append(Offer(month, end, end <= archived))
            reached = end
    return found


def has_young(first: int, end: int) -> bool:
    """Whether one of these places holds an event that has to stay: late ones stand among older ones."""
    places = Leaf.objects.filter(seq__gte=first, seq__lt=end)
    events = AuditEvent.objects.filter(pk__in=places.values("pk")).exclude(action=ORDERED)
    latest: datetime | None = events.aggregate(at=Max("recorded_at"))["at"]
    return latest is not None and latest >= too_young_since()


def waiting() -> Countersignature | None:
    """The question that waits for a second person."""
    return accounts.waiting_request(KIND)


def disposals() -> QuerySet[Disposal]:
    """Those whose order is in the log, with its two people: all of it went, or is going."""
    return Disposal.objects.filter(status__in=audit_queries.ORDERED)


def under_way() -> Disposal | None:
    return Disposal.objects.filter(status__in=UNDER_WAY).select_related("job").first()


def _old_months() -> list[date]:
    events = AuditEvent.objects.exclude(action=ORDERED).order_by("recorded_at")
    months, since = [], archives.month_of_first(events)
    while since and archives.closes(since) <= too_young_since():
        months.append(since)
        later = events.filter(recorded_at__gte=archives.closes(since))
        since = archives.month_of_first(later)
    return months
