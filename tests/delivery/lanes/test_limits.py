"""The steps of a lane on a clock that these tests move."""

import math

import pytest

from delivery.lanes import limits
from delivery.lanes.limits import Report, fresh, granted, told
from delivery.lanes.operators import Operator, table

OWN = table()["other"]
GOOGLE = table()["google"]
NOON = 1_764_000_000.0


def clean_stretch(state, operator: Operator, now: float) -> float:
    now += limits.CLEAN_SECONDS + 1
    told(state, Report(accepted=100), operator, now)
    return now


def test_begins_careful_and_adds_one_connection_after_each_clean_stretch():
    state, now, seen = fresh(GOOGLE, NOON), NOON, []
    for _ in range(17):
        now = clean_stretch(state, GOOGLE, now)
        seen.append(state.limit)
    assert seen == [*range(6, 21), 20, 20]


def test_success_within_the_stretch_adds_nothing():
    state = fresh(GOOGLE, NOON)
    for second in range(int(limits.CLEAN_SECONDS)):
        told(state, Report(accepted=50), GOOGLE, NOON + second)
    assert state.limit == 5


def test_a_request_to_slow_down_halves_connections_and_rate_once_for_a_burst():
    state = fresh(GOOGLE, NOON)
    told(state, Report(accepted=200), GOOGLE, NOON + 5)
    assert state.pace == 40.0
    for tenth in range(10):
        told(state, Report(throttled=1, streak=1, accepted=1), GOOGLE, NOON + 6 + tenth / 10)
    assert (state.limit, state.per_second) == (2, 20.0)
    told(state, Report(throttled=1, streak=1, accepted=1), GOOGLE, NOON + 12)
    assert state.limit == 1
    told(state, Report(throttled=1, streak=1, accepted=1), GOOGLE, NOON + 20)
    assert state.limit == 1


def test_after_clean_stretches_the_rate_is_back_where_the_operator_lets_it():
    state = fresh(GOOGLE, NOON)
    told(state, Report(throttled=1, streak=1), GOOGLE, NOON)
    now = NOON
    for _ in range(12):
        now = clean_stretch(state, GOOGLE, now)
    assert state.per_second == GOOGLE.per_second


def test_a_rate_that_was_set_for_an_own_server_ends_again():
    state = fresh(OWN, NOON)
    told(state, Report(throttled=1, streak=1), OWN, NOON)
    assert state.per_second == 2.5
    now = NOON
    for _ in range(12):
        now = clean_stretch(state, OWN, now)
    assert state.per_second == 0


def test_never_gives_more_messages_than_the_rate_allows():
    state, given = fresh(GOOGLE, NOON), 0.0
    for tenth in range(601):
        given += granted(state, "w", 500, 0, NOON + tenth / 10).tokens
    assert 40 * 60 <= given <= 40 * 60 + 80 + 1


def test_what_was_not_used_goes_back():
    state = fresh(GOOGLE, NOON)
    assert granted(state, "w", 500, 0, NOON).tokens == 80
    told(state, Report(unspent=70), GOOGLE, NOON)
    assert granted(state, "w", 500, 0, NOON).tokens == 70


def test_an_own_server_has_no_rate():
    assert granted(fresh(OWN, NOON), "w", 9, 0, NOON).tokens == math.inf


def test_workers_share_the_connections_and_never_have_more_together():
    state = fresh(OWN, NOON)
    assert granted(state, "a", 20, 0, NOON).slots == 5
    assert granted(state, "b", 20, 0, NOON).slots == 0
    assert granted(state, "a", 20, 2, NOON + 1).slots == 2
    assert granted(state, "b", 20, 0, NOON + 1).slots == 2
    assert sum(share.slots for share in state.shares.values()) <= 5


def test_the_share_of_a_worker_that_is_gone_is_free_after_a_while():
    state = fresh(OWN, NOON)
    granted(state, "dead", 20, 5, NOON)
    assert granted(state, "b", 20, 0, NOON + 1).slots == 0
    assert granted(state, "b", 20, 0, NOON + limits.SHARE_LASTS_SECONDS + 1).slots == 5


@pytest.mark.parametrize("kind", ["lost", "throttled"])
def test_rests_after_failures_in_a_row_and_then_lets_one_message_find_out(kind):
    state = fresh(OWN, NOON)
    told(state, Report(**{kind: 4}, streak=4), OWN, NOON)
    assert granted(state, "a", 20, 0, NOON).slots > 0
    told(state, Report(**{kind: 1}, streak=1), OWN, NOON + 1)
    grant = granted(state, "a", 20, 0, NOON + 1)
    assert (grant.slots, grant.rests_until) == (0, NOON + 61)
    assert granted(state, "a", 20, 0, NOON + 62).slots == 1
    assert granted(state, "b", 20, 0, NOON + 62).slots == 0


def test_each_probe_that_fails_makes_the_rest_longer_up_to_half_an_hour():
    state, now, rests = fresh(OWN, NOON), NOON, []
    told(state, Report(lost=5, streak=5), OWN, now)
    for _ in range(7):
        rests.append(state.rests_until - now)
        now = state.rests_until + 1
        granted(state, "a", 20, 0, now)
        told(state, Report(lost=1, streak=1), OWN, now)
    assert rests == [60, 120, 240, 480, 960, 1800, 1800]


def test_one_good_answer_opens_the_lane_again():
    state = fresh(OWN, NOON)
    told(state, Report(lost=5, streak=5), OWN, NOON)
    granted(state, "a", 20, 0, NOON + 61)
    told(state, Report(talked=1), OWN, NOON + 62)
    assert granted(state, "a", 20, 0, NOON + 62).slots == 5
    assert (state.trips, state.streak) == (0, 0)


def test_failures_between_answers_never_add_up_to_a_rest():
    state = fresh(OWN, NOON)
    for second in range(50):
        told(state, Report(lost=1, streak=1), OWN, NOON + second)
        told(state, Report(accepted=1), OWN, NOON + second)
    assert state.rests_until == 0


def test_what_is_put_off_comes_back_at_the_pace_of_the_lane():
    state = fresh(OWN, NOON)
    told(state, Report(accepted=100), OWN, NOON + 5)
    begins, apart = limits.booked(state, 240, NOON + 5)
    assert (begins, round(1 / apart, 6)) == (NOON + 10, 24.0)
    assert limits.booked(state, 24, NOON + 5)[0] == NOON + 20


def test_nothing_is_put_off_by_more_than_two_hours_however_much_waits():
    state = fresh(OWN, NOON)
    limits.booked(state, 1_000_000, NOON)
    assert limits.booked(state, 1, NOON)[0] == NOON + 7200
