"""What `{{ field | filter }}` can do to a value: a closed list of functions of plain values."""

import re
import string
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from urllib.parse import quote

Value = object

DATE_STYLES: dict[str, Callable[[date], str]] = {
    "iso": lambda day: day.isoformat(),
    "short": lambda day: f"{day.month}/{day.day}/{day.year}",
    "medium": lambda day: f"{day:%B} {day.day}, {day.year}",
    "long": lambda day: f"{day:%A}, {day:%B} {day.day}, {day.year}",
    "month": lambda day: f"{day:%B} {day.year}",
    "weekday": lambda day: f"{day:%A}",
}
MOST_DECIMALS = 6
_WEB_ADDRESS = re.compile(r"https://|http://[a-z]+\.localhost(:\d+)?/")


def is_missing(value: Value) -> bool:
    """True for what is not known. False and 0 are answers."""
    return value is None or value == ""


def shown(value: Value) -> str:
    """The value as a reader sees it when no filter says otherwise."""
    if type(value) is str:
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, (str, int, float, date)):
        return str(value)
    return ""


def default(value: Value, fallback: str) -> Value:
    return fallback if is_missing(value) else value


def as_date(value: Value, style: str = "medium") -> Value:
    """A date in one of DATE_STYLES; text that is no ISO date stays as it is."""
    if isinstance(value, str):
        return _written(value[:10], style) or value
    return DATE_STYLES[style](value) if isinstance(value, date) else value


@lru_cache(maxsize=4096)
def _written(day: str, style: str) -> str | None:
    """People share days, and writing one takes longer than all the rest of a value."""
    try:
        return DATE_STYLES[style](date.fromisoformat(day))
    except ValueError:
        return None


def as_time(value: Value) -> Value:
    """The time of an ISO date and time, as US patients read it: 9:05 am."""
    if not isinstance(value, str):
        return value
    try:
        clock = time.fromisoformat(value.partition("T")[2])
    except ValueError:
        return value
    return f"{clock.hour % 12 or 12}:{clock.minute:02d} {'am' if clock.hour < 12 else 'pm'}"


def number(value: Value, decimals: int = 0) -> Value:
    """With thousands separators: 1,204. What is no number stays as it is."""
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        return value
    try:
        return f"{Decimal(str(value)):,.{decimals}f}"
    except (InvalidOperation, ValueError):
        return value


def money(value: Value) -> Value:
    """US dollars: $1,204.50."""
    written = number(value, 2)
    return value if written is value else f"${written}".replace("$-", "-$")


def truncate(value: Value, length: int) -> Value:
    text = shown(value)
    return text if len(text) <= length else text[:length].rstrip() + "…"


def web_address(value: Value) -> Value:
    """The value if it is a web address, else nothing: it may be the whole target of a link.

    An installation on one machine has its own pages under localhost, where no certificate is needed.
    """
    text = shown(value)
    return text if _WEB_ADDRESS.match(text) else ""


@dataclass(frozen=True, slots=True)
class Filter:
    """`accepts` judges the one argument that a filter may have; without it there is none."""

    apply: Callable[..., Value]
    accepts: Callable[[str | int], bool] | None = None
    needs_argument: bool = False
    example: str = ""

    def fits(self, arguments: tuple[str | int, ...]) -> bool:
        if not arguments:
            return not self.needs_argument
        return self.accepts is not None and len(arguments) == 1 and self.accepts(arguments[0])


def _is_count(limit: int) -> Callable[[str | int], bool]:
    return lambda argument: type(argument) is int and 0 <= argument <= limit


FILTERS: dict[str, Filter] = {
    "default": Filter(default, lambda text: isinstance(text, str), True, 'default("there")'),
    "date": Filter(as_date, lambda style: style in DATE_STYLES, False, 'date("long")'),
    "time": Filter(as_time),
    "number": Filter(number, _is_count(MOST_DECIMALS), False, "number(2)"),
    "money": Filter(money),
    "upper": Filter(lambda value: shown(value).upper()),
    "lower": Filter(lambda value: shown(value).lower()),
    "title": Filter(lambda value: string.capwords(shown(value))),
    "capitalize": Filter(lambda value: shown(value).capitalize()),
    "trim": Filter(lambda value: shown(value).strip()),
    "truncate": Filter(truncate, _is_count(500), True, "truncate(40)"),
    "urlencode": Filter(lambda value: quote(shown(value), safe="", errors="replace")),
    "web_address": Filter(web_address),
}
