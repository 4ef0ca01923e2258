"""Calendar arithmetic for conditions that are relative to today."""

import calendar
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

# A century in each unit: enough for any date of birth, and no sum leaves the calendar.
LONGEST = {"days": 36_525, "weeks": 5_218, "months": 1_200, "years": 100}


@dataclass(frozen=True, slots=True)
class Period:
    """A length of time in calendar units: `Period(2, "years")`."""

    amount: int
    unit: str

    def before(self, day: date) -> date:
        return self._shift(day, -self.amount)

    def after(self, day: date) -> date:
        return self._shift(day, self.amount)

    def _shift(self, day: date, amount: int) -> date:
        match self.unit:
            case "days":
                return day + timedelta(days=amount)
            case "weeks":
                return day + timedelta(weeks=amount)
            case "months":
                return add_months(day, amount)
            case "years":
                return add_months(day, 12 * amount)
        raise ValueError(f"not a unit of time: {self.unit}")


@dataclass(frozen=True, slots=True)
class AsOf:
    """The day for which rules are evaluated, in the tenant's time zone."""

    today: date
    zone: ZoneInfo

    def start_of(self, day: date) -> datetime:
        """The first instant of the day where the tenant is, in UTC."""
        return datetime.combine(day, time(), self.zone).astimezone(UTC)

    def month(self, offset: int) -> int:
        return add_months(self.today, offset).month


def add_months(day: date, months: int) -> date:
    """The same day of another month, or its last day: a month after January 31 is February 28."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last))
