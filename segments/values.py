"""Tests on a single value, as it comes out of a person's sealed columns.

A missing value passes none of them but "is not known"; `segments.rules` says what missing is.
"""

import re
from collections.abc import Callable
from datetime import date
from functools import singledispatch
from typing import TypeGuard

from segments.fields import FieldType
from segments.periods import AsOf
from segments.rules import (
    AnniversaryMonth,
    Condition,
    DateMatch,
    Known,
    NumberMatch,
    RelativeDate,
    TextMatch,
    YesNo,
)

ValueTest = Callable[[object], bool]

looks_like_a_day = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII).fullmatch


def is_text(value: object) -> TypeGuard[str]:
    return isinstance(value, str) and bool(value.strip())


def is_number(value: object) -> TypeGuard[int | float]:
    return isinstance(value, int | float) and not isinstance(value, bool)


def is_day(value: object) -> TypeGuard[str]:
    return isinstance(value, str) and looks_like_a_day(value) is not None


def is_boolean(value: object) -> TypeGuard[bool]:
    return isinstance(value, bool)


PRESENT: dict[FieldType, ValueTest] = {
    FieldType.TEXT: is_text,
    FieldType.CHOICE: is_text,
    FieldType.PRESENCE: is_text,
    FieldType.NUMBER: is_number,
    FieldType.DATE: is_day,
    FieldType.BOOLEAN: is_boolean,
}


@singledispatch
def value_test(condition: Condition, _: AsOf) -> ValueTest:
    """The test that a condition about a single value stands for."""
    raise ValueError(f"not about a single value: {condition.operator}")


@value_test.register
def _known(condition: Known, _: AsOf) -> ValueTest:
    present = PRESENT[condition.field.type]
    return present if condition.operator == "known" else lambda value: not present(value)


@value_test.register
def _yes_no(condition: YesNo, _: AsOf) -> ValueTest:
    wanted = condition.operator == "yes"
    return lambda value: value is wanted


@value_test.register
def _anniversary(condition: AnniversaryMonth, as_of: AsOf) -> ValueTest:
    month = f"{condition.number(as_of):02d}"
    return lambda value: is_day(value) and value[5:7] == month


def fold(text: str) -> str:
    return text.strip().casefold()


@value_test.register
def _text(condition: TextMatch, _: AsOf) -> ValueTest:
    folded = frozenset(fold(value) for value in condition.values)
    first = fold(condition.values[0])
    match condition.operator:
        case "is" | "is_one_of":
            return lambda value: isinstance(value, str) and fold(value) in folded
        case "is_not":
            return lambda value: is_text(value) and fold(value) not in folded
        case "contains":
            return lambda value: isinstance(value, str) and first in fold(value)
        case "starts_with":
            return lambda value: isinstance(value, str) and fold(value).startswith(first)
    raise ValueError(f"not an operator of text: {condition.operator}")


@value_test.register
def _number(condition: NumberMatch, _: AsOf) -> ValueTest:
    low, high = condition.low, condition.high
    tests: dict[str, Callable[[float], bool]] = {
        "equals": lambda number: number == low,
        "between": lambda number: low <= number <= high,
        "at_least": lambda number: number >= low,
        "more_than": lambda number: number > low,
        "at_most": lambda number: number <= high,
        "less_than": lambda number: number < high,
    }
    test = tests[condition.operator]
    return lambda value: is_number(value) and test(value)


@value_test.register
def _date(condition: DateMatch, _: AsOf) -> ValueTest:
    first, last = condition.first.isoformat(), condition.last.isoformat()
    tests: dict[str, Callable[[str], bool]] = {
        "on": lambda day: day == first,
        "between": lambda day: first <= day <= last,
        "before": lambda day: day < first,
        "after": lambda day: day > last,
    }
    return _day_test(tests[condition.operator])


@value_test.register
def _relative(condition: RelativeDate, as_of: AsOf) -> ValueTest:
    today = as_of.today.isoformat()
    past = condition.period.before(as_of.today).isoformat()
    future = condition.period.after(as_of.today).isoformat()
    tests: dict[str, Callable[[str], bool]] = {
        "in_the_last": lambda day: past <= day <= today,
        "longer_ago_than": lambda day: day < past,
        "exactly_ago": lambda day: day == past,
        "in_the_next": lambda day: today <= day <= future,
        "further_ahead_than": lambda day: day > future,
        "exactly_ahead": lambda day: day == future,
    }
    return _day_test(tests[condition.operator])


def _day_test(test: Callable[[str], bool]) -> ValueTest:
    return lambda value: is_day(value) and test(value)


def age_on(today: date) -> Callable[[object], int | None]:
    """Full years since a day of birth. Who was born on February 29 ages on March 1 if need be."""
    year, rest = today.year, today.isoformat()[4:]

    def age(birth_date: object) -> int | None:
        if not is_day(birth_date):
            return None
        return year - int(birth_date[:4]) - (birth_date[4:] > rest)

    return age


def mail_domain(email: object) -> str | None:
    return email.rpartition("@")[2] if isinstance(email, str) and "@" in email else None
