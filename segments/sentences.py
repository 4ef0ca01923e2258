"""A rule in plain English, exact enough to be approved: brackets wherever groups nest."""

from dataclasses import dataclass
from datetime import date
from functools import singledispatch

from segments.periods import Period
from segments.rules import (
    AnniversaryMonth,
    Condition,
    ConsentIs,
    DateMatch,
    Did,
    Group,
    Known,
    NumberMatch,
    RelativeDate,
    TextMatch,
    YesNo,
)


@dataclass(frozen=True, slots=True)
class Phrase:
    """A piece of the sentence; pages mark the ones that say something about health or care."""

    text: str
    is_phi: bool = False


def sentence(rule: Group) -> str:
    return "".join(phrase.text for phrase in phrases(rule))


def phrases(rule: Group) -> list[Phrase]:
    if not rule.rules:
        return [Phrase("Everybody.")]
    opening = Phrase("Everybody but those " if rule.match == "none" else "People ")
    return [opening, *_joined(rule), Phrase(".")]


def _joined(group: Group) -> list[Phrase]:
    joint = Phrase(", and " if group.match == "all" else ", or ")
    joined = _clause(group.rules[0])
    for rule in group.rules[1:]:
        joined += [joint, *_clause(rule)]
    return joined


def _clause(rule: Group | Condition) -> list[Phrase]:
    """A relative clause after "people": it can stand in any group, also in brackets."""
    if not isinstance(rule, Group):
        return [Phrase(words(rule), rule.field.is_phi)]
    if rule.match == "none":
        return [Phrase("who are not among those ("), *_joined(rule), Phrase(")")]
    if len(rule.rules) == 1:
        return _clause(rule.rules[0])
    return [Phrase("("), *_joined(rule), Phrase(")")]


TEXT = {
    "is": "is",
    "is_not": "is known and not",
    "is_one_of": "is",
    "contains": "contains",
    "starts_with": "starts with",
}
NUMBER = {
    "equals": "is {}",
    "at_least": "is at least {}",
    "more_than": "is more than {}",
    "at_most": "is at most {}",
    "less_than": "is less than {}",
}
RELATIVE = {
    "in_the_last": "in the last {}",
    "longer_ago_than": "longer ago than {}",
    "exactly_ago": "exactly {} ago",
    "in_the_next": "in the next {}",
    "further_ahead_than": "more than {} ahead",
    "exactly_ahead": "exactly {} ahead",
}
CONSENT = {
    "granted": "who agreed to “{}”",
    "withdrawn": "who withdrew their consent to “{}”",
    "never_asked": "who were never asked about “{}”",
}


@singledispatch
def words(condition: Condition) -> str:
    """A condition as a relative clause: "whose Age is at least 50"."""
    raise ValueError(f"no words for {type(condition).__name__}")


@words.register
def _known(condition: Known) -> str:
    return f"whose {condition.field.label} is {condition.operator.replace('_', ' ')}"


@words.register
def _yes_no(condition: YesNo) -> str:
    return f"whose {condition.field.label} is {condition.operator}"


@words.register
def _text(condition: TextMatch) -> str:
    *others, last = (f"“{condition.field.name_of(text)}”" for text in condition.values)
    texts = f"{', '.join(others)} or {last}" if others else last
    return f"whose {condition.field.label} {TEXT[condition.operator]} {texts}"


@words.register
def _number(condition: NumberMatch) -> str:
    label, low, high = condition.field.label, condition.low, condition.high
    if condition.operator == "between":
        return f"whose {label} is from {low:,} to {high:,}"
    return f"whose {label} {NUMBER[condition.operator].format(f'{low:,}')}"


@words.register
def _date(condition: DateMatch) -> str:
    label = condition.field.label
    if condition.operator == "between":
        return f"whose {label} is from {_day(condition.first)} to {_day(condition.last)}"
    return f"whose {label} is {condition.operator} {_day(condition.first)}"


def _day(day: date) -> str:
    return f"{day:%B} {day.day}, {day.year}"


@words.register
def _relative(condition: RelativeDate) -> str:
    relative = RELATIVE[condition.operator].format(_period(condition.period))
    return f"whose {condition.field.label} is {relative}"


def _period(period: Period) -> str:
    unit = period.unit if period.amount != 1 else period.unit.removesuffix("s")
    return f"{period.amount:,} {unit}"


@words.register
def _anniversary(condition: AnniversaryMonth) -> str:
    return f"whose {condition.field.label} falls in {_month(condition.month)} of any year"


def _month(month: str) -> str:
    if month in ("this", "next"):
        return f"{month} month"
    return f"{date(2000, int(month), 1):%B}"


@words.register
def _consent(condition: ConsentIs) -> str:
    return CONSENT[condition.operator].format(condition.field.label)


@words.register
def _did(condition: Did) -> str:
    frequency = _frequency(condition.times, is_least=condition.operator == "did")
    period = f" in the last {_period(condition.period)}" if condition.period else ""
    campaign = " for the chosen campaign" if condition.campaign else ""
    return f"for whom “{condition.field.label}” is {frequency}{period}{campaign}"


def _frequency(times: int, *, is_least: bool) -> str:
    if times == 1:
        return "on record" if is_least else "not on record"
    return f"on record {'at least' if is_least else 'fewer than'} {times:,} times"
