"""The values of one condition, read strictly. A refusal is a sentence that says what to enter."""

from collections.abc import Mapping
from datetime import date
from uuid import UUID

from segments.fields import Field
from segments.periods import LONGEST, Period

LONGEST_TEXT = 200
MOST_TEXTS = 100
MOST_TIMES = 1_000
# Below this every whole number is exact as a float, so that all comparisons are.
LARGEST_NUMBER = 2**53
MONTHS = ("this", "next", *(str(number) for number in range(1, 13)))

Node = Mapping[str, object]


class OperandRefused(ValueError):
    """A value is missing or does not fit; the text is safe to show."""


def text(node: Node) -> str:
    return _one_text(node.get("value"))


def texts(node: Node) -> tuple[str, ...]:
    given = node.get("values")
    if not isinstance(given, list) or not given:
        raise OperandRefused("Enter at least one text.")
    if len(given) > MOST_TEXTS:
        raise OperandRefused(f"Enter at most {MOST_TEXTS} texts, or use several rules.")
    return tuple(_one_text(value) for value in given)


def _one_text(value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise OperandRefused("Enter the text to look for, or choose “is not known”.")
    if len(value) > LONGEST_TEXT:
        raise OperandRefused(f"Shorten the text to {LONGEST_TEXT} characters.")
    return value.strip()


def choices(node: Node, operator: str, field: Field) -> tuple[str, ...]:
    """One choice, or several for the operator that takes a list."""
    given = node.get("values") if operator == "is_one_of" else [node.get("value")]
    if not isinstance(given, list) or not given or any(one not in field.choices for one in given):
        raise OperandRefused(f"Choose from the choices of “{field.label}”.")
    return tuple(given)


def numbers(node: Node, operator: str) -> tuple[float, float]:
    """Both bounds; twice the same for an operator with one."""
    if operator != "between":
        number = _number(node.get("value"), "Enter a number.")
        return number, number
    low = _number(node.get("low"), "Enter the lowest number, or choose “is at most”.")
    high = _number(node.get("high"), "Enter the highest number, or choose “is at least”.")
    if low > high:
        raise OperandRefused("Enter the lower number first.")
    return low, high


def _number(value: object, refusal: str) -> float:
    if isinstance(value, str) and value:
        raise OperandRefused(f"“{value[:40]}” is no number. {refusal}")
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise OperandRefused(refusal)
    if not -LARGEST_NUMBER <= value <= LARGEST_NUMBER:  # also true of NaN
        raise OperandRefused("Enter a number of at most 15 digits.")
    return value


def days(node: Node, operator: str) -> tuple[date, date]:
    """The first and the last day; twice the same for an operator with one."""
    if operator != "between":
        day = _day(node.get("value"), "Enter a date as year-month-day, such as 2026-03-01.")
        return day, day
    first = _day(node.get("low"), "Enter the first day as year-month-day, such as 2026-03-01.")
    last = _day(node.get("high"), "Enter the last day as year-month-day, such as 2026-03-31.")
    if first > last:
        raise OperandRefused("Enter the earlier date first.")
    return first, last


def _day(value: object, refusal: str) -> date:
    try:
        # Python also reads 20260301 and 2026-W09-7; a rule has one way to write a day.
        if isinstance(value, str) and len(value) == len("2026-03-01") and value[4] == "-":
            return date.fromisoformat(value)
    except ValueError:
        pass
    raise OperandRefused(refusal)


def period(node: Node) -> Period:
    unit, amount = node.get("unit"), node.get("amount")
    if not isinstance(unit, str) or unit not in LONGEST:
        raise OperandRefused("Choose days, weeks, months or years.")
    if isinstance(amount, bool) or not isinstance(amount, int) or not 0 <= amount <= LONGEST[unit]:
        raise OperandRefused(f"Enter a whole number of {unit} from 0 to {LONGEST[unit]:,}.")
    return Period(amount, unit)


def month(node: Node) -> str:
    given = node.get("month")
    if not isinstance(given, str) or given not in MONTHS:
        raise OperandRefused("Choose a month.")
    return given


def times(node: Node) -> int:
    given = node.get("times")
    if isinstance(given, bool) or not isinstance(given, int) or not 1 <= given <= MOST_TIMES:
        raise OperandRefused(f"Enter how many times, from 1 to {MOST_TIMES:,}.")
    return given


def campaign(node: Node) -> str | None:
    """The id of a campaign, or none for any."""
    given = node.get("campaign")
    if given is None:
        return None
    try:
        if isinstance(given, str):
            return str(UUID(given))
    except ValueError:
        pass
    raise OperandRefused("Choose a campaign, or leave it empty for any.")
