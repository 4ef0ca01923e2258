"""Dates as people write them, and which of two numbers is the day."""

import re
from collections.abc import Iterable
from datetime import date
from enum import StrEnum

FIRST_YEAR, LAST_YEAR = 1880, 2200

_TIME = (
    r"(?:[T ,]+\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?\s*(?:[ap]\.?m\.?)?\s*(?:Z|[+-]\d{2}:?\d{2})?)?"
)
_YEAR_FIRST = re.compile(rf"(\d{{4}})([-/.])(\d{{1,2}})\2(\d{{1,2}}){_TIME}", re.IGNORECASE)
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
_YEAR_LAST = re.compile(rf"(\d{{1,2}})([-/.])(\d{{1,2}})\2(\d{{4}}){_TIME}", re.IGNORECASE)
_DAY_NAMED = re.compile(
    r"(\d{1,2})(?:st|nd|rd|th)?[- ](?:de )?([^\W\d]{3,})\.?[-, ]+(?:de )?(\d{4})"
)
_NAMED_DAY = re.compile(r"([^\W\d]{3,})\.? (\d{1,2})(?:st|nd|rd|th)?,? (\d{4})")
_SHORT_YEAR = re.compile(r"\d{1,2}([-/.])\d{1,2}\1\d{2}")

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan january ene enero", "feb february febrero", "mar march marzo",
            "apr april abr abril", "may mayo", "jun june junio", "jul july julio",
            "aug august ago agosto", "sep sept september septiembre", "oct october octubre",
            "nov november noviembre", "dec december dic diciembre",
        ),
        start=1,
    )
    for name in names.split()
}  # fmt: skip


class Order(StrEnum):
    """What the file itself shows about 04/05/2026."""

    MONTH_FIRST = "month_first"
    DAY_FIRST = "day_first"
    NOT_SHOWN = "not_shown"
    MIXED = "mixed"


class DateError(ValueError):
    """The cell is no date that has one meaning."""


def read_date(written: str, order: Order) -> date:
    """The date; a time of day beside it is left out. `order` settles 04/05/2026 and nothing else.

    Raises DateError, also when the order is mixed and both readings are possible.
    """
    text = written.strip()
    if match := _YEAR_FIRST.fullmatch(text):
        return _date(match[1], match[3], match[4])
    if match := _YEAR_LAST.fullmatch(text):
        return _year_last(int(match[1]), int(match[3]), match[4], order)
    if match := _COMPACT.fullmatch(text):
        return _date(*match.groups())
    if match := _DAY_NAMED.fullmatch(text.lower()):
        return _date(match[3], _MONTHS.get(match[2], 0), match[1])
    if match := _NAMED_DAY.fullmatch(text.lower()):
        return _date(match[3], _MONTHS.get(match[1], 0), match[2])
    if _SHORT_YEAR.fullmatch(text):
        raise DateError("Write the year with four digits.")
    raise DateError("This is not a date we can read. Write it as 2026-11-24.")


def detect_order(cells: Iterable[str]) -> Order:
    """What the cells prove: a number over 12 can only be a day."""
    day_first = month_first = False
    for cell in cells:
        if match := _YEAR_LAST.fullmatch(cell.strip()):
            first, second = int(match[1]), int(match[3])
            day_first = day_first or first > 12 >= second
            month_first = month_first or second > 12 >= first
    if day_first and month_first:
        return Order.MIXED
    if day_first:
        return Order.DAY_FIRST
    return Order.MONTH_FIRST if month_first else Order.NOT_SHOWN


def _year_last(first: int, second: int, year: str, order: Order) -> date:
    if first > 12 or (order == Order.DAY_FIRST and second <= 12):
        return _date(year, second, first)
    if order == Order.MIXED and second <= 12 and first != second:
        raise DateError(
            "This file writes days and months in both orders, so this date has two meanings."
        )
    return _date(year, first, second)


def _date(year: str, month: str | int, day: str | int) -> date:
    try:
        found = date(int(year), int(month), int(day))
    except ValueError as error:
        raise DateError("There is no such day in the calendar.") from error
    if not FIRST_YEAR <= found.year <= LAST_YEAR:
        raise DateError("The year cannot be right.")
    return found
