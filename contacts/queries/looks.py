"""Who looked how often."""

from datetime import timedelta
from typing import NamedTuple

from django.db.models import Count, Max, Q

from contacts.models import Look
from tenancy import clock

MONTH = timedelta(days=30)


class Looks(NamedTuple):
    """One member of staff: reveals within an hour, a day and 30 days, searches and exports in 30 days."""

    person_id: str
    name: str
    hour: int
    day: int
    month: int
    searches: int
    exports: int


def looks_by_person() -> list[Looks]:
    """Everybody who looked within 30 days, who looked most at the top."""
    now = clock.now()
    reveal = Q(kind=Look.Kind.REVEAL)
    counted = (
        Look.objects.filter(occurred_at__gt=now - MONTH)
        .values("person_id")
        .annotate(
            name=Max("person_name"),
            hour=Count("id", filter=reveal & Q(occurred_at__gt=now - timedelta(hours=1))),
            day=Count("id", filter=reveal & Q(occurred_at__gt=now - timedelta(days=1))),
            month=Count("id", filter=reveal),
            searches=Count("id", filter=Q(kind=Look.Kind.SEARCH)),
            exports=Count("id", filter=Q(kind=Look.Kind.EXPORT)),
        )
    )
    rows = [Looks(**row) for row in counted]
    return sorted(rows, key=lambda row: (-row.month, row.name))
