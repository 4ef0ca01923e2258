from datetime import UTC, date, datetime, timedelta
from itertools import product
from zoneinfo import ZoneInfo

import pytest

from segments.evaluation import Evaluator
from segments.operators import OPERATORS, PERIOD
from segments.parsing import parse
from segments.periods import AsOf, Period
from tests.segments import oracle
from tests.segments.people import NEW_YORK, SCHEMA, TODAY, Fact, Person, condition, group

RELATIVE = [
    operator.name
    for operator in OPERATORS[SCHEMA["attribute.last_visit"].type].values()
    if operator.operands == PERIOD
]
TODAYS = [date(2024, 2, 29), date(2026, 3, 1), date(2026, 3, 31), date(2026, 12, 31)]
PERIODS = [(0, "days"), (7, "days"), (2, "weeks"), (1, "months"), (13, "months"), (2, "years")]


def matches(rule, person, as_of=TODAY):
    return Evaluator(parse(group("all", rule), SCHEMA), as_of).matches(person)


@pytest.mark.parametrize("operator", RELATIVE)
def test_every_edge_of_a_relative_date_is_where_the_calendar_has_it(operator):
    for today, (amount, unit) in product(TODAYS, PERIODS):
        rule = condition("attribute.last_visit", operator, amount=amount, unit=unit)
        evaluator = Evaluator(parse(group("all", rule), SCHEMA), AsOf(today, NEW_YORK))
        edges = [today, *(oracle.step(today, amount, unit, sign) for sign in (-1, 1))]
        for edge, offset in product(edges, (-1, 0, 1)):
            visit = (edge + timedelta(days=offset)).isoformat()
            person = Person(attributes={"last_visit": visit})
            assert evaluator.matches(person) is oracle.matches(rule, person, today, NEW_YORK)


def test_a_month_before_march_31_is_the_last_of_february():
    assert Period(1, "months").before(date(2026, 3, 31)) == date(2026, 2, 28)


def test_a_year_after_february_29_is_february_28():
    assert Period(1, "years").after(date(2024, 2, 29)) == date(2025, 2, 28)


def test_refuses_a_unit_that_is_none():
    with pytest.raises(ValueError):
        Period(1, "fortnights").before(TODAY.today)


@pytest.mark.parametrize(
    ("local_time", "counts"),
    [
        ("2026-02-21T23:59", False),
        ("2026-02-22T00:00", True),
        ("2026-03-01T23:59", True),
        ("2026-03-02T00:00", False),
    ],
)
def test_activity_of_the_last_week_is_counted_in_the_days_of_the_tenant(local_time, counts):
    opened = condition("activity.opened", "did", times=1, amount=7, unit="days")
    for zone in (NEW_YORK, ZoneInfo("Asia/Tokyo"), UTC):
        moment = datetime.fromisoformat(local_time).replace(tzinfo=zone).astimezone(UTC)
        person = Person(activity=(Fact("opened", moment),))
        assert matches(opened, person, AsOf(TODAY.today, zone)) is counts


@pytest.mark.parametrize(
    ("month", "today", "matching"),
    [
        ("this", date(2026, 12, 31), True),
        ("next", date(2026, 11, 30), True),
        ("next", date(2026, 12, 31), False),
        ("12", date(2026, 5, 1), True),
        ("2", date(2026, 5, 1), False),
    ],
)
def test_a_birthday_falls_in_its_month_of_any_year(month, today, matching):
    rule = condition("identity.birth_date", "anniversary_in", month=month)
    born_in_december = Person(identity={"birth_date": "1956-12-24"})
    assert matches(rule, born_in_december, AsOf(today, NEW_YORK)) is matching


@pytest.mark.parametrize(
    ("today", "age"), [(date(2026, 2, 28), 25), (date(2026, 3, 1), 26), (date(2028, 2, 29), 28)]
)
def test_somebody_born_on_february_29_ages_on_march_1_of_common_years(today, age):
    born = Person(identity={"birth_date": "2000-02-29"})
    assert matches(condition("identity.age", "equals", value=age), born, AsOf(today, NEW_YORK))
