"""The rules of a warm-up on a calendar that these tests turn."""

from datetime import date, timedelta

import pytest

from delivery.models import Message
from delivery.warming import plan
from tenancy.ids import uuid7
from tenancy.scope import tenant_scope

CLASS = Message.MailClass
MONDAY = date(2026, 11, 23)
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _scope():
    """Rows are made in one; none of these is stored."""
    with tenant_scope(uuid7()):
        yield


def after(today, *, start=100, wait=1, **counts):
    lane = plan.begun(start, today)
    for column, count in counts.items():
        setattr(lane, column, count)
    plan.turn_over(lane, start, today + wait * DAY)
    return lane


def test_a_clean_day_lets_half_as_much_more_go_the_next_and_never_more_than_that():
    lane, day, caps = plan.begun(100, MONDAY), MONDAY, []
    while not lane.is_over:
        lane.accepted = lane.taken = lane.cap
        day += DAY
        plan.turn_over(lane, 100, day)
        caps.append(lane.cap)
    assert caps[:5] == [150, 225, 337, 505, 757]
    assert all(later <= earlier * 1.5 for earlier, later in zip([100, *caps], caps, strict=False))
    assert (len(caps), lane.days, lane.cap >= 10_000) == (12, 13, True)


@pytest.mark.parametrize(
    ("counts", "cap"),
    [
        ({"accepted": 96, "deferred": 4}, 150),
        ({"accepted": 95, "deferred": 5}, 100),
        ({"accepted": 99, "refused": 1}, 150),
        ({"accepted": 98, "refused": 2}, 100),
        ({"accepted": 100, "complained": 1}, 100),
        ({"accepted": 40}, 100),
        ({"accepted": 50}, 150),
    ],
)
def test_only_a_clean_day_with_enough_mail_lets_it_grow(counts, cap):
    assert after(MONDAY, **counts).cap == cap


@pytest.mark.parametrize("counts", [{"deferred": 16}, {"refused": 6}, {"complained": 2}])
def test_a_breach_takes_a_step_back_and_one_complaint_alone_does_not(counts):
    lane = plan.begun(300, MONDAY)
    lane.accepted = 290
    for column, count in counts.items():
        setattr(lane, column, count)
    plan.turn_over(lane, 100, MONDAY + DAY)
    assert lane.cap == 200


def test_a_month_of_silence_costs_half_even_after_the_end():
    assert after(MONDAY, wait=30, accepted=100).cap == 150
    lane = plan.begun(100, MONDAY)
    lane.cap, lane.is_over = 12_000, True
    plan.turn_over(lane, 100, MONDAY + 31 * DAY)
    assert (lane.cap, lane.is_over) == (6_000, False)


def test_many_days_without_mail_are_no_growth():
    assert after(MONDAY, wait=20, accepted=100).cap == 150


def test_a_clock_that_goes_back_changes_nothing():
    lane = after(MONDAY, wait=-1, accepted=100, taken=100)
    assert (lane.cap, lane.taken, lane.day) == (100, 100, MONDAY)


def test_campaigns_leave_a_quarter_to_mail_about_care_and_a_code_always_goes():
    lane = plan.begun(100, MONDAY)
    assert plan.room(lane, CLASS.BULK, 500) == 75
    lane.taken = 75
    assert plan.room(lane, CLASS.BULK, 1) == 0
    assert plan.room(lane, CLASS.CARE, 500) == 25
    lane.taken = 100
    assert [plan.room(lane, each, 9) for each in Message.BY_URGENCY] == [9, 0, 0, 0]


def test_what_is_put_off_is_spread_over_the_days_that_can_take_it():
    lane = plan.begun(100, MONDAY)
    days = list(plan.days_ahead(lane, CLASS.BULK, 400))
    assert [days.count(ahead) for ahead in (1, 2, 3)] == [112, 168, 120]
    assert set(plan.days_ahead(lane, CLASS.BULK, 10)) == {3}
