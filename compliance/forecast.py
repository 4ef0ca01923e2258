"""What goes when: exact counts by class and month."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count
from django.db.models.functions import TruncMonth
from django.utils import timezone

from compliance import aging, lifecycle
from compliance.aging import NOTHING_HELD, Held
from compliance.lifecycle import Lifecycle
from compliance.retained import TERMS, Periods, Retained, Term
from tenancy import clock

# This month, and a year after it.
MONTHS_SHOWN = 13


@dataclass(frozen=True)
class Line:
    """One kind of rows: how many go at the next run, are kept by a hold, and go in each month after."""

    called: str
    due: int
    kept_by_hold: int
    by_month: list[int]

    @property
    def in_all(self) -> int:
        return self.due + sum(self.by_month)


@dataclass(frozen=True)
class Outlook:
    """A class of data, and what becomes of it."""

    retained: Retained
    term: Term
    days: int
    lines: list[Line]

    @property
    def is_disposed_of_by_two(self) -> bool:
        return any(entry.aging.by_two for entry in lifecycle.of_class(self.retained))


@dataclass(frozen=True)
class Forecast:
    months: list[date]
    classes: list[Outlook]

    @property
    def lines(self) -> list[Line]:
        return [line for outlook in self.classes for line in outlook.lines]

    @property
    def busy_lines(self) -> list[Line]:
        return [line for line in self.lines if any(line.by_month)]

    @property
    def busy_months(self) -> list[tuple[date, list[int]]]:
        """The months in which something goes, with the count of each busy line."""
        lines = self.busy_lines
        counts = [[line.by_month[place] for line in lines] for place in range(MONTHS_SHOWN)]
        found = zip(self.months, counts, strict=True)
        return [(month, of_month) for month, of_month in found if any(of_month)]

    @property
    def due(self) -> int:
        """Rows that the next run removes."""
        return sum(
            line.due
            for outlook in self.classes
            if not outlook.is_disposed_of_by_two
            for line in outlook.lines
        )


def in_use() -> list[Retained]:
    """The classes that some table belongs to."""
    return [retained for retained in Retained if lifecycle.of_class(retained)]


def forecast(periods: Periods, held: Held) -> Forecast:
    now = clock.now()
    months = _months(now)
    classes = [
        Outlook(
            retained,
            TERMS[retained],
            periods.days[retained],
            [_line(entry, periods, held, now, months) for entry in lifecycle.of_class(retained)],
        )
        for retained in in_use()
    ]
    return Forecast(months, classes)


def _line(
    entry: Lifecycle, periods: Periods, held: Held, now: datetime, months: list[date]
) -> Line:
    rows = aging.growing_old(entry, periods, held)
    due = rows.filter(goes_at__lte=now).count()
    kept = 0
    if held != NOTHING_HELD:
        free = aging.growing_old(entry, periods, NOTHING_HELD)
        kept = free.filter(goes_at__lte=now).count() - due
    later = rows.filter(goes_at__gt=now, goes_at__lt=_first_of_next(months[-1]))
    counted = later.annotate(month=TruncMonth("goes_at")).values("month").order_by("month")
    by_month = {row["month"].date(): row["rows"] for row in counted.annotate(rows=Count("pk"))}
    return Line(entry.aging.called, due, kept, [by_month.get(month, 0) for month in months])


def _months(now: datetime) -> list[date]:
    """The first days of this month and of those after it, in the workspace's time zone."""
    months = [timezone.localtime(now).date().replace(day=1)]
    while len(months) < MONTHS_SHOWN:
        months.append(_following(months[-1]))
    return months


def _following(month: date) -> date:
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)


def _first_of_next(month: date) -> datetime:
    following = _following(month)
    return timezone.make_aware(datetime(following.year, following.month, 1))  # noqa: DTZ001
