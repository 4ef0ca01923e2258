from datetime import UTC, datetime, timedelta

import pytest

from delivery.models import Message
from delivery.replies import Meaning
from delivery.retries import Tries, next_try, try_after_uncertain

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
BULK, CARE = Message.MailClass.BULK, Message.MailClass.CARE


@pytest.mark.parametrize(
    ("count", "minutes"), [(1, 15), (2, 30), (3, 60), (4, 120), (5, 180), (9, 180)]
)
def test_waits_grow(count, minutes):
    again = next_try(Tries(BULK, count, NOW), Meaning.TRY_LATER, now=NOW, chance=0.5)
    assert again == NOW + timedelta(minutes=minutes)


@pytest.mark.parametrize(("chance", "minutes"), [(0, 12), (0.5, 15), (1, 18)])
def test_chance_spreads_what_failed_together_by_a_fifth_either_way(chance, minutes):
    again = next_try(Tries(BULK, 1, NOW), Meaning.TRY_LATER, now=NOW, chance=chance)
    assert again == NOW + timedelta(minutes=minutes)


def test_greylisting_is_answered_soon_and_once():
    soon = next_try(Tries(BULK, 1, NOW), Meaning.GREYLISTED, now=NOW, chance=0.5)
    later = next_try(Tries(BULK, 2, NOW), Meaning.GREYLISTED, now=NOW, chance=0.5)
    assert (soon, later) == (NOW + timedelta(minutes=5), NOW + timedelta(minutes=30))


@pytest.mark.parametrize(
    ("mail_class", "hours"), [(BULK, 48), (CARE, 96), (Message.MailClass.NOTICE, 48)]
)
def test_gives_up_after_the_time_of_its_class(mail_class, hours):
    tries = Tries(mail_class, 20, NOW - timedelta(hours=hours - 4))
    assert next_try(tries, Meaning.TRY_LATER, now=NOW, chance=0.5) is not None
    late = tries._replace(began_at=NOW - timedelta(hours=hours - 2))
    assert next_try(late, Meaning.TRY_LATER, now=NOW, chance=0.5) is None


def test_a_code_is_worthless_after_ten_minutes():
    tries = Tries(Message.MailClass.CODE, 5, NOW - timedelta(minutes=9))
    assert next_try(tries, Meaning.TRY_LATER, now=NOW, chance=0.5) is None


def test_bulk_mail_that_may_have_arrived_is_left_alone():
    assert try_after_uncertain(BULK, was_uncertain=False, now=NOW) is None


def test_mail_about_care_goes_once_more_and_not_twice():
    again = try_after_uncertain(CARE, was_uncertain=False, now=NOW)
    assert again == NOW + timedelta(minutes=15)
    assert try_after_uncertain(CARE, was_uncertain=True, now=NOW) is None
