"""Who looked how often: members of staff by their acts, systems by the people that they read."""

from datetime import timedelta
from typing import NamedTuple

from django.db.models import Avg, Count, IntegerField, Max, Q, Sum
from django.db.models.functions import Round

from contacts.models import Look
from tenancy import clock

MONTH = timedelta(days=30)


class Looks(NamedTuple):
    """One member of staff: people seen within an hour, a day and 30 days, other looks in 30 days."""

    person_id: str
    name: str
    hour: int
    day: int
    month: int
    searches: int
    exports: int
    samples: int
    uploads: int


class Readings(NamedTuple):
    """One system: people that it read within this hour, an hour on average, and 30 days."""

    system_id: str
    name: str
    hour: int
    usual: int
    month: int


def looks_by_person() -> list[Looks]:
    """Everybody who looked within 30 days, who looked most at the top."""
    now = clock.now()
    reveal = Q(kind=Look.Kind.REVEAL)
    counted = (
        Look.objects.filter(occurred_at__gt=now - MONTH)
        .exclude(kind=Look.Kind.SYSTEM)
        .values("person_id")
        .annotate(
            name=Max("person_name"),
            hour=Count("id", filter=reveal & Q(occurred_at__gt=now - timedelta(hours=1))),
            day=Count("id", filter=reveal & Q(occurred_at__gt=now - timedelta(days=1))),
            month=Count("id", filter=reveal),
            searches=Count("id", filter=Q(kind=Look.Kind.SEARCH)),
            exports=Count("id", filter=Q(kind=Look.Kind.EXPORT)),
            samples=Count("id", filter=Q(kind=Look.Kind.SAMPLE)),
            uploads=Count("id", filter=Q(kind=Look.Kind.UPLOAD)),
        )
    )
    rows = [Looks(**row) for row in counted]
    return sorted(rows, key=lambda row: (-row.month, row.name))


def readings_by_system() -> list[Readings]:
    """Every system that read within 30 days, which read most at the top."""
    now = clock.now()
    counted = (
        Look.objects.filter(kind=Look.Kind.SYSTEM, occurred_at__gt=now - MONTH)
        .values("person_id")
        .annotate(
            name=Max("person_name"),
            hour=Sum("people", filter=Q(occurred_at__gt=now - timedelta(hours=1)), default=0),
            usual=Round(Avg("people"), output_field=IntegerField()),
            month=Sum("people"),
        )
        .values_list("person_id", "name", "hour", "usual", "month")
    )
    return sorted((Readings(*row) for row in counted), key=lambda row: (-row.month, row.name))
