"""Letters of systems that must arrive."""

from datetime import timedelta

import pytest

from delivery.models import Message, MustArrive
from tenancy import clock
from tests.factories.contacts import make_contact
from tests.integrations.client import make_system
from tests.integrations.sending import make_proven
from tests.integrations.test_letters import post, refused


@pytest.fixture
def system(clinic):
    make_proven()
    make_contact()
    return make_system()


def test_a_time_or_a_number_of_hours_is_promised_and_told(system):
    by = (clock.now() + timedelta(hours=30)).replace(microsecond=0)
    answer = post(system, must_arrive_by=by.isoformat()).json()
    assert (answer["must_arrive_by"], answer["arrival"]) == (by.isoformat(), "watched")
    now = clock.now()
    with clock.at(now):
        answer = post(system, must_arrive_within_hours=2).json()
    assert answer["must_arrive_by"] == (now + timedelta(hours=2)).isoformat()
    assert MustArrive.objects.count() == 2
    told = system.get(f"/messages/{answer['id']}").json()
    assert (told["arrival"], told["must_arrive_by"]) == ("watched", answer["must_arrive_by"])


def test_hours_count_from_when_it_is_to_leave(system):
    send_at = clock.now() + timedelta(days=1)
    post(system, send_at=send_at.isoformat(), must_arrive_within_hours=5)
    assert MustArrive.objects.get().deadline_at == send_at + timedelta(hours=5)


def test_other_letters_promise_nothing(system):
    answer = post(system).json()
    assert (answer["must_arrive_by"], answer["arrival"]) == (None, "")
    assert (Message.objects.count(), MustArrive.objects.count()) == (1, 0)


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"must_arrive_by": "2020-01-01T00:00:00Z"}, "after the message has left"),
        ({"must_arrive_by": "2099-01-01T00:00:00Z"}, "within 90 days"),
        ({"must_arrive_within_hours": 2, "purpose": "marketing"}, "Only mail about care"),
        (
            {"must_arrive_within_hours": 2, "must_arrive_by": "2099-01-01T00:00:00Z"},
            "not both",
        ),
    ],
)
def test_what_cannot_be_promised_is_refused_and_nothing_is_sent(system, said, words):
    assert words in refused(post(system, **said), "/must_arrive_by")
    assert MustArrive.objects.count() == 0
