"""What the portal asks before it opens a message, and how often."""

from datetime import UTC, date, datetime, timedelta

import pytest

from delivery.escrow import checks
from delivery.escrow.checks import Fact

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


def failures(count: int, *, hours_ago: float) -> list[datetime]:
    return [NOON - timedelta(hours=hours_ago)] * count


def test_codes_have_eight_digits_and_differ():
    codes = {checks.new_code() for _ in range(200)}
    assert {len(code) for code in codes} == {8}
    assert len(codes) > 190


def test_a_code_may_be_typed_in_groups():
    assert checks.read_code(" 1234 5678 ") == checks.read_code("1234-5678") == "12345678"


def test_birth_dates_are_compared_as_dates():
    assert checks.is_right(Fact.BIRTH_DATE, date(1961, 3, 4), "1961-03-04")
    assert not checks.is_right(Fact.BIRTH_DATE, date(1961, 4, 3), "1961-03-04")
    assert not checks.is_right(Fact.BIRTH_DATE, None, "1961-03-04")


@pytest.mark.parametrize(
    ("typed", "matches"),
    [("04101", True), ("04101-2231", True), (" 04101 ", True), ("0410", False), ("", False)],
)
def test_five_digits_of_a_postal_code_count(typed, matches):
    assert checks.is_right(Fact.POSTAL_CODE, typed, "04101-9999") is matches


@pytest.mark.parametrize(
    ("of_message", "of_person", "locked"),
    [
        (failures(9, hours_ago=1), [], False),
        (failures(10, hours_ago=1), [], True),
        (failures(10, hours_ago=24), [], False),
        ([], failures(19, hours_ago=1), False),
        ([], failures(20, hours_ago=23), True),
    ],
)
def test_too_many_wrong_answers_lock_for_a_day(of_message, of_person, locked):
    assert checks.is_locked(of_message=of_message, of_person=of_person, now=NOON) is locked


def test_three_codes_an_hour():
    assert checks.may_send_code(failures(2, hours_ago=0.5), NOON)
    assert not checks.may_send_code(failures(3, hours_ago=0.5), NOON)
    assert checks.may_send_code(failures(3, hours_ago=1), NOON)
