from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from delivery import fates
from delivery.models import Message, MessageEvent
from delivery.services import announcement, lease, recording, recovery
from delivery.services.recording import Result
from tenancy import clock
from tenancy.ids import uuid7
from tests.delivery.sending import due, send
from tests.fakes import FakeTransport

Status, MailClass = Message.Status, Message.MailClass
LATER = lease.LEASE_LASTS + timedelta(seconds=1)


def test_two_workers_never_hold_the_same_message(clinic):
    for number in range(3):
        due(f"p{number}")
    first, second = lease.claim(2, stopped=()), lease.claim(2, stopped=())
    assert (len(first.messages), len(second.messages)) == (2, 1)
    held = [message.id for each in (first, second) for message in each.messages]
    assert (len(held), len(set(held))) == (3, 3)


def test_the_oldest_goes_first(clinic):
    late = due("late", due_at=clock.now())
    early = due("early", due_at=clock.now() - timedelta(hours=1))
    with clock.at(clock.now() + timedelta(seconds=1)):
        order = [lease.claim(1, stopped=()).messages[0].id for _ in range(2)]
    assert order == [early.id, late.id]


def test_what_is_urgent_goes_before_what_is_older(clinic):
    hour = timedelta(hours=1)
    ages = [(MailClass.BULK, 4), (MailClass.CARE, 3), (MailClass.NOTICE, 2), (MailClass.CODE, 1)]
    made = {kind: due(kind, mail_class=kind, due_at=clock.now() - age * hour) for kind, age in ages}
    order = [lease.claim(1, stopped=()).messages[0].id for _ in ages]
    assert order == [
        made[kind].id for kind in (MailClass.CODE, MailClass.NOTICE, MailClass.CARE, MailClass.BULK)
    ]


def test_who_claims_the_urgent_alone_leaves_the_rest(clinic):
    bulk, code = due("bulk", mail_class=MailClass.BULK), due("code", mail_class=MailClass.CODE)
    claimed = lease.claim(9, stopped=(), classes=Message.URGENT)
    assert [message.id for message in claimed.messages] == [code.id]
    bulk.refresh_from_db()
    assert (bulk.status, bulk.lease_token) == (Status.QUEUED, None)


def test_what_was_not_announced_is_queued_again(clinic):
    message = due("ada")
    lease.claim(1, stopped=())
    assert recovery.recover_expired() == (0, 0)
    with clock.at(clock.now() + LATER):
        assert recovery.recover_expired() == (1, 0)
        message.refresh_from_db()
        assert (message.status, message.attempts) == (Status.QUEUED, 0)
        assert send(FakeTransport()) == 1


@pytest.mark.parametrize(
    ("mail_class", "status"),
    [(MailClass.BULK, Status.UNCERTAIN), (MailClass.CARE, Status.DEFERRED)],
)
def test_what_was_announced_is_never_simply_queued_again(clinic, mail_class, status):
    message = due("ada", mail_class=mail_class)
    claimed = lease.claim(1, stopped=())
    announcement.announce([message.id], token=claimed.token, stopped=())
    with clock.at(clock.now() + LATER):
        assert recovery.recover_expired() == (0, 1)
        assert send(FakeTransport()) == 0
    message.refresh_from_db()
    assert message.status == status
    assert message.uncertain_at is not None
    assert MessageEvent.objects.get(message=message).kind == "uncertain"


def test_mail_about_care_is_not_sent_a_third_time(clinic):
    message = due("ada", mail_class=MailClass.CARE, uncertain_at=clock.now())
    claimed = lease.claim(1, stopped=())
    announcement.announce([message.id], token=claimed.token, stopped=())
    with clock.at(clock.now() + LATER):
        recovery.recover_expired()
    message.refresh_from_db()
    assert message.status == Status.UNCERTAIN


def test_a_renewed_lease_does_not_expire(clinic):
    due("ada")
    claimed = lease.claim(1, stopped=())
    with clock.at(clock.now() + timedelta(minutes=4)):
        lease.renew(claimed.token)
    with clock.at(clock.now() + LATER):
        assert recovery.recover_expired() == (0, 0)


def test_only_the_holder_of_the_lease_announces(clinic):
    message = due("ada")
    claimed = lease.claim(1, stopped=())
    assert announcement.announce([message.id], token=uuid7(), stopped=()) == set()
    stopped = [message.cause_id]
    assert announcement.announce([message.id], token=claimed.token, stopped=stopped) == set()
    assert announcement.announce([message.id], token=claimed.token, stopped=()) == {message.id}
    assert announcement.announce([message.id], token=claimed.token, stopped=()) == set()


def test_a_worker_that_lost_its_lease_changes_nothing_but_is_heard(clinic):
    message = due("ada")
    claimed = lease.claim(1, stopped=())
    fate = fates.Fate(Status.SENT, kind=MessageEvent.Kind.ACCEPTED)
    ours = recording.record([Result(claimed.messages[0], fate, "ada@x.example")], token=uuid7())
    message.refresh_from_db()
    assert (ours, message.status) == (set(), Status.LEASED)
    assert MessageEvent.objects.get(message=message).kind == "accepted"


@pytest.mark.parametrize(
    ("columns", "rule"),
    [
        ({"status": "leased"}, "message_is_due_or_leased_or_settled"),
        ({"status": "sent"}, "message_is_due_or_leased_or_settled"),
        ({"status": "queued", "lease_token": uuid7()}, "message_is_due_or_leased_or_settled"),
        ({"status": "skipped", "settled_at": clock.now()}, "message_not_sent_says_why"),
        (
            {"status": "uncertain", "settled_at": clock.now(), "reason": "x"},
            "message_uncertain_says_since_when",
        ),
        ({"cause": "whim"}, "message_has_a_known_cause"),
    ],
)
def test_the_database_refuses_a_state_that_cannot_be(clinic, columns, rule):
    message = due("ada")
    with pytest.raises(IntegrityError, match=rule), transaction.atomic():
        Message.objects.filter(pk=message.pk).update(**columns)


def test_the_database_refuses_a_second_message_for_one_cause(clinic):
    message = due("ada")
    with pytest.raises(IntegrityError, match="message_once_per_cause"), transaction.atomic():
        Message.objects.create(
            cause=message.cause,
            cause_id=message.cause_id,
            contact=message.contact,
            mail_class=message.mail_class,
            message_id="<x@y>",
        )


def test_the_story_is_only_added_to(clinic):
    event = MessageEvent.objects.create(message=due("ada"), kind="accepted")
    for change in (event.delete, lambda: event.save(update_fields=["kind"])):
        with pytest.raises(Exception, match=r"permission denied|append-only"), transaction.atomic():
            change()
