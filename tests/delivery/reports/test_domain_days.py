"""What becomes of mail is counted by recipient domain and day, once, and without opening a message."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import transaction

from delivery.inbound import facts
from delivery.inbound.understanding import Bounce, Complaint
from delivery.models import DomainDay, Message
from delivery.models.domain_day import FIGURES
from delivery.replies import Meaning
from delivery.wire.levels import Level
from tenancy import clock
from tests import fakes
from tests.delivery.sending import due, send
from tests.factories.delivery import make_message

HOUR = timedelta(hours=1)


def figures(day: DomainDay) -> dict[str, int]:
    return {name: getattr(day, name) for name in FIGURES if getattr(day, name)}


def test_each_answer_is_counted_for_the_domain_that_gave_it(clinic):
    for name in ("ada", "ben"):
        due(name)
    due("cid", domain="y.example")
    send(fakes.FakeTransport({"cid@y.example": fakes.UNKNOWN_USER}))
    days = {day.domain: day for day in DomainDay.objects.all()}
    assert {name: figures(day) for name, day in days.items()} == {
        "x.example": {"sent": 2, "accepted": 2, "t2": 2, "in_minute": 2},
        "y.example": {"sent": 1, "hard_bounced": 1},
    }
    assert {day.operator for day in days.values()} == {"other"}
    assert len(days["x.example"].people) == 2
    midnight = clock.now().replace(hour=0, minute=0, second=0, microsecond=0)
    assert days["x.example"].day == midnight


def test_a_pinned_server_has_its_own_figure(clinic):
    due("ada")
    evidence = replace(fakes.VERIFIED, level=Level.T2P)
    send(fakes.FakeTransport({"ada@x.example": replace(fakes.ACCEPTED, evidence=evidence)}))
    assert figures(DomainDay.objects.get()) == {"sent": 1, "accepted": 1, "t2p": 1, "in_minute": 1}


def test_a_message_that_is_put_off_and_then_taken_is_sent_once(clinic):
    start = clock.now().replace(hour=8)
    with clock.at(start):
        due("ada")
        for hours in range(3):
            with clock.at(start + hours * HOUR):
                send(fakes.FakeTransport({"ada@x.example": fakes.GREYLISTED}))
        with clock.at(start + 5 * HOUR):
            send(fakes.FakeTransport())
    assert figures(DomainDay.objects.get()) == {
        "sent": 1, "deferred": 1, "accepted": 1, "t2": 1, "in_six_hours": 1,
    }  # fmt: skip


def test_what_goes_to_the_portal_after_an_unsafe_try_is_counted_there(clinic):
    due("ada")
    send(fakes.FakeTransport({"ada@x.example": fakes.NOT_PROMISED}))
    assert figures(DomainDay.objects.get()) == {"portal": 1}


def test_a_test_send_is_counted_nowhere(clinic):
    due("ada", cause=Message.Cause.TEST)
    send(fakes.FakeTransport())
    assert not DomainDay.objects.exists()


@pytest.mark.parametrize(
    ("meaning", "figure"),
    [(Meaning.NO_SUCH_ADDRESS, "hard_bounced"), (Meaning.MAILBOX_FULL, "soft_bounced")],
)
def test_what_comes_back_later_is_counted_once(ada, meaning, figure):
    message = make_message(ada, status="sent", route="tls")
    for _ in range(2):
        with transaction.atomic():
            facts.record_bounce(message, Bounce(meaning, "5.0.0", "no", "mx"))
            facts.record_complaint(message, Complaint("abuse"))
    assert figures(DomainDay.objects.get()) == {figure: 1, "complained": 1}


def test_no_more_people_are_known_than_decide_what_is_small(clinic):
    for batch in range(3):
        for number in range(9):
            due(f"p{batch}-{number}")
        send(fakes.FakeTransport())
    day = DomainDay.objects.get()
    assert (day.sent, len(day.people)) == (27, 11)
