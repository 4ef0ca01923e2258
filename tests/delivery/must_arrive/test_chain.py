"""What must arrive takes one way after the other, and ends with a person: nobody assumes."""

from datetime import timedelta

import pytest
from django.db import transaction

from audit.models import AuditEvent
from compliance import services as compliance
from compliance.facts import SuppressionReason
from compliance.models import Policy, Suppression
from contacts import services as contacts
from delivery.escrow import services as escrow
from delivery.inbound import facts
from delivery.inbound.understanding import Bounce
from delivery.models import EscrowItem, FollowUp, Message, MustArrive
from delivery.must_arrive import chain, promises
from delivery.queries import due
from delivery.replies import Meaning
from delivery.reports.worklists import undelivered
from delivery.wire.levels import Level
from tenancy import clock
from tests.delivery.must_arrive.promised import (
    HOURS,
    SECOND,
    STEP,
    look,
    promise,
    send,
    told,
    write,
)
from tests.factories.contacts import PAPER, make_contact
from tests.fakes import GREYLISTED, NO_ANSWER, UNKNOWN_USER, FakeTransport

FIRST = "ada@harbourmail.example"
PAST = {"hours": HOURS, "seconds": 1}


def waiting() -> set:
    return set(undelivered.waiting().values_list("id", flat=True))


def second() -> Message:
    return Message.objects.get(cause="api", cause_id=promise().pk)


def test_what_was_accepted_and_not_given_back_has_arrived(person):
    message = write(person)
    send(FakeTransport())
    assert look(hours=1) == 0
    assert person.tenant_id not in due.tenants_with_arrivals()
    assert look(**PAST) == 1
    assert (promise().stage, told(message)) == ("arrived", [("arrived", "accepted", "")])
    assert look(**PAST) == 0
    assert waiting() == set()


def test_what_still_waits_goes_to_the_portal_then_to_the_second_address_then_to_staff(person):
    message = write(person)
    busy = FakeTransport(dict.fromkeys((FIRST, SECOND), GREYLISTED))
    send(busy)
    later = clock.now() + timedelta(**PAST)
    with clock.at(later):
        assert person.tenant_id in due.tenants_with_arrivals()
        chain.look_after_due()
        message.refresh_from_db()
        assert (message.status, promise().stage) == ("escrowed", "portal")
        assert EscrowItem.objects.get().reason == "must_arrive"
        assert Message.objects.get(cause="notice").status == "queued"
        assert chain.look_after_due() == 0
    with clock.at(later + timedelta(hours=STEP)):
        chain.look_after_due()
        assert (promise().stage, second().status) == ("second", "queued")
        send(busy)
        assert second().status == "deferred"
    with clock.at(later + timedelta(hours=2 * STEP)):
        chain.look_after_due()
        assert (promise().stage, promise().look_at) == ("staff", None)
        assert waiting() == {message.id}
        (case,) = undelivered.cases(undelivered.messages.page(undelivered.waiting(), before=None))
        assert case.is_late
    assert told(message) == [
        ("portal", "still_waiting", ""),
        ("second", "not_opened", ""),
        ("staff", "not_opened", ""),
    ]
    events = AuditEvent.objects.filter(action="messages.looked_after").order_by("id")
    assert [event.detail["step"] for event in events] == ["portal", "second", "staff"]


def test_a_mailbox_that_does_not_exist_is_passed_over_at_once(person):
    message = write(person)
    transport = FakeTransport({FIRST: UNKNOWN_USER})
    send(transport)
    assert look() == 1
    assert told(message) == [
        ("portal", "no_such_address", "mailbox_is_the_trouble"),
        ("second", "no_such_address", ""),
    ]
    send(transport)
    assert list(transport.handed_over) == [SECOND]
    assert transport.required[SECOND] is Level.T2
    assert b"To: <ada.second@lakepost.example>" in transport.handed_over[SECOND][0]
    assert second().status == "sent"
    assert look(hours=STEP, seconds=2) == 1
    assert (promise().stage, promise().reason) == ("arrived", "accepted")


def test_what_comes_back_from_the_second_address_too_is_for_staff(person):
    message = write(person)
    send(FakeTransport(dict.fromkeys((FIRST, SECOND), UNKNOWN_USER)))
    look()
    send(FakeTransport({SECOND: UNKNOWN_USER}))
    assert second().status == "failed"
    assert look() == 1
    assert promise().stage == "staff"
    assert waiting() == {message.id}
    assert FollowUp.objects.get().message_id == message.id


def test_a_bounce_of_days_later_starts_the_chain(person):
    message = write(person)
    send(FakeTransport())
    message.refresh_from_db()
    bounce = Bounce(meaning=Meaning.MAILBOX_FULL, status="4.2.2", words="full", host="mx")
    with transaction.atomic():
        facts.record_bounce(message, bounce)
    assert look() == 1
    assert told(message)[0] == ("portal", "bounced_later", "mailbox_is_the_trouble")
    assert promise().stage == "second"


def test_what_lies_unopened_in_the_portal_is_reminded_of_first(person, nurse):
    contacts.choose_route(person, prefers_portal=True, actor=nurse)
    message = write(person)
    transport = FakeTransport()
    send(transport)
    send(transport)
    look(**PAST)
    assert told(message) == [("portal", "not_opened", "")]
    reminder = Message.objects.filter(cause="notice").order_by("id").last()
    assert reminder.status == "queued"
    item = EscrowItem.objects.get()
    EscrowItem.objects.filter(pk=item.pk).update(status="read", read_at=clock.now())
    look(hours=HOURS + STEP, seconds=2)
    assert (promise().stage, promise().reason) == ("arrived", "read")


def test_a_lost_notice_leads_to_the_second_address_where_the_portal_writes_too(person, nurse):
    contacts.choose_route(person, prefers_portal=True, actor=nurse)
    message = write(person)
    send(FakeTransport())
    escrow.settle_notice(EscrowItem.objects.get().id, accepted=False)
    look()
    assert told(message)[1] == ("second", "notice_lost", "")
    transport = FakeTransport()
    send(transport)
    assert second().status == "escrowed"
    send(transport)
    assert [SECOND in to for to in transport.handed_over].count(True) == 1


def test_consent_is_asked_anew_before_each_way(person, nurse):
    message = write(person)
    send(FakeTransport({FIRST: UNKNOWN_USER}))
    contacts.stop_everything(person, evidence=PAPER, actor=nurse)
    look()
    transport = FakeTransport()
    send(transport)
    assert (second().status, second().reason, transport.handed_over) == ("skipped", "opted_out", {})
    look()
    assert promise().stage == "staff"
    assert waiting() == {message.id}


def test_a_suppressed_second_address_gets_nothing(person, nurse):
    compliance.suppress(
        SECOND,
        reason=SuppressionReason.COMPLAINED,
        source=Suppression.Source.COMPLAINT,
        actor=nurse,
    )
    write(person)
    transport = FakeTransport({FIRST: UNKNOWN_USER})
    send(transport)
    look()
    send(transport)
    assert (second().status, transport.handed_over) == ("skipped", {})


def test_a_second_address_that_is_somebody_elses_first_gets_the_portal(person):
    make_contact(email=SECOND, given_name="Ben")
    write(person)
    transport = FakeTransport({FIRST: UNKNOWN_USER})
    send(transport)
    look()
    send(transport)
    assert (second().status, second().reason) == ("escrowed", "shared_address")


@pytest.mark.parametrize(
    ("policy", "told_of"),
    [
        ({"must_arrive_second": False}, ("second", "no_such_address", "not_in_policy")),
        ({}, ("second", "no_such_address", "no_second_address")),
    ],
)
def test_without_a_second_address_or_the_policy_for_it_staff_is_next(person, policy, told_of):
    other = person if policy else make_contact(email="ben@harbourmail.example")
    Policy.objects.update_or_create(defaults=policy)
    message = write(other)
    send(FakeTransport({FIRST: UNKNOWN_USER, "ben@harbourmail.example": UNKNOWN_USER}))
    look()
    assert told(message)[1:] == [told_of, ("staff", "no_such_address", "")]
    assert Message.objects.count() == 1


def test_what_may_have_arrived_is_for_a_person_to_decide(person):
    message = write(person)
    send(FakeTransport({FIRST: NO_ANSWER}))
    with clock.at(clock.now() + timedelta(minutes=30)):
        send(FakeTransport({FIRST: NO_ANSWER}))
        message.refresh_from_db()
        assert message.status == "uncertain"
        chain.look_after_due()
    assert [step for step, _, _ in told(message)] == ["portal", "second", "staff"]
    assert promise().stage == "staff"
    assert Message.objects.count() == 1


def test_what_staff_has_looked_after_is_left_alone(person, nurse):
    message = write(person)
    send(FakeTransport({FIRST: UNKNOWN_USER}))
    undelivered.settle(message, outcome="telephone", note="", actor=nurse)
    look()
    assert (promise().stage, promise().reason) == ("called_off", "looked_after")
    assert Message.objects.count() == 1


def test_what_is_not_allowed_at_all_is_for_staff_and_nothing_leaves(person, nurse):
    contacts.stop_everything(person, evidence=PAPER, actor=nurse)
    message = write(person)
    assert message.status == "skipped"
    look()
    transport = FakeTransport()
    send(transport)
    look()
    assert (promise().stage, transport.handed_over) == ("staff", {})
    assert waiting() == {message.id}


def test_a_message_in_a_workers_hands_is_looked_at_later(person):
    message = write(person)
    Message.objects.filter(pk=message.pk).update(
        status="leased", lease_token=message.pk, lease_expires_at=clock.now() + timedelta(days=9)
    )
    look(**PAST)
    assert (promise().stage, told(message)) == ("watched", [])
    assert promise().look_at > clock.now() + timedelta(hours=HOURS)


def test_a_promise_is_made_once(person):
    message = write(person)
    at = promise().deadline_at
    promises.promise([message], deadline_at=at + timedelta(days=1))
    assert MustArrive.objects.get().deadline_at == at


def test_a_worker_that_dies_in_a_step_leaves_nothing_half_done(person):
    message = write(person)
    send(FakeTransport({FIRST: UNKNOWN_USER}))
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        chain.look_after_due()
        raise ZeroDivisionError
    assert (promise().stage, Message.objects.count(), told(message)) == ("watched", 1, [])
    assert [look(), look()] == [1, 0]
    assert (promise().stage, Message.objects.count()) == ("second", 2)
    # Even if nobody remembered the step: the message itself is there once.
    MustArrive.objects.update(stage="watched", look_at=clock.now())
    look()
    assert Message.objects.count() == 2
