"""From an approved campaign to messages that have left, with nobody missed and nobody twice."""

from datetime import timedelta
from email import message_from_bytes, policy

import dkim as dkimpy
from django.conf import settings
from django.db import transaction

from campaigns.binding import hash_of
from campaigns.models import Approval, Campaign
from campaigns.queries import approvals
from campaigns.services import sending
from compliance.models import Policy, SenderDomain
from contacts import services as contacts
from delivery import worker
from delivery.drafters import DRAFTERS
from delivery.models import Dispatch, EscrowItem, Message, MessageEvent
from delivery.queries import due, waiting
from delivery.services import closing, freezing
from delivery.wire.levels import Level
from tenancy import clock
from tests.delivery.conftest import dkim_record
from tests.delivery.sending import freeze
from tests.factories.campaigns import MARKETER
from tests.factories.contacts import PAPER, make_contact
from tests.fakes import GREYLISTED, NO_ANSWER, FakeTransport


def send(transport: FakeTransport) -> int:
    return worker.send_due(transport, DRAFTERS, stopped=due.stopped_campaigns)


def status_of(contact) -> str:
    return Message.objects.get(contact=contact, cause="campaign").status


def test_everybody_gets_a_message_or_a_reason(campaign, nurse):
    ada = make_contact()
    ben = make_contact(email="ben@lakepost.example", given_name="Ben")
    contacts.stop_everything(ben, evidence=PAPER, actor=nurse)
    cyd = make_contact(email="cyd@postbox.example", given_name="Cyd")
    contacts.choose_route(cyd, prefers_portal=True, actor=nurse)
    freeze()
    assert [status_of(each) for each in (ada, ben, cyd)] == ["queued", "skipped", "queued"]
    assert Message.objects.get(contact=ben).reason == "opted_out"
    assert Message.objects.get(contact=cyd).route == "portal"
    transport = FakeTransport()
    assert send(transport) == 2
    assert [status_of(each) for each in (ada, ben, cyd)] == ["sent", "skipped", "escrowed"]
    assert list(transport.handed_over) == ["ada@harbourmail.example"]
    assert transport.required["ada@harbourmail.example"] is Level.T2
    assert EscrowItem.objects.get().contact_id == cyd.id


def test_what_leaves_is_signed_personal_and_says_nothing_in_its_headers(campaign):
    make_contact(next_visit="2026-12-02")
    freeze()
    transport = FakeTransport()
    send(transport)
    (letter,) = transport.handed_over["ada@harbourmail.example"]
    assert dkimpy.verify(letter, dnsfunc=lambda *_name, **_options: dkim_record())
    parsed = message_from_bytes(letter, policy=policy.default)
    assert parsed["Subject"] == "A reminder from Elm Street Clinic"
    assert "Hello Ada" in parsed.get_body(("html",)).get_content()
    assert "December 2, 2026" in parsed.get_body(("plain",)).get_content()
    assert parsed["List-Unsubscribe"] is None
    headers = letter.partition(b"\r\n\r\n")[0]
    assert b"Quennell" not in headers
    assert b"visit" not in headers.lower()


def test_freezing_again_adds_nobody_twice(campaign):
    make_contact()
    freeze()
    Dispatch.objects.update(frozen_at=None)
    make_contact(email="ben@lakepost.example")
    freezing.freeze_begun()
    assert Message.objects.count() == 2


def test_a_paused_campaign_hands_nothing_over_until_it_goes_on(campaign):
    make_contact()
    freeze()
    sending.pause(Campaign.objects.get(), actor=MARKETER)
    transport = FakeTransport()
    assert send(transport) == 0
    sending.resume(Campaign.objects.get(), actor=MARKETER)
    assert send(transport) == 1


def test_a_canceled_campaign_keeps_what_waits_and_ends(campaign):
    contact = make_contact()
    freeze()
    sending.cancel(Campaign.objects.get(), actor=MARKETER)
    transport = FakeTransport()
    closing.close_over()
    assert (send(transport), status_of(contact)) == (0, "canceled")
    assert MessageEvent.objects.get().kind == "canceled"
    assert Dispatch.objects.get().closed_at is not None


def test_who_unsubscribes_after_the_freeze_gets_nothing(campaign, nurse):
    contact = make_contact()
    freeze()
    contacts.stop_everything(contact, evidence=PAPER, actor=nurse)
    transport = FakeTransport()
    send(transport)
    assert (status_of(contact), transport.handed_over) == ("skipped", {})
    assert Message.objects.get().reason == "opted_out"


def test_a_campaign_is_sent_when_nothing_of_it_waits(campaign):
    make_contact()
    freeze()
    closing.close_over()
    assert Campaign.objects.get().status == "sending"
    send(FakeTransport())
    closing.close_over()
    assert Campaign.objects.get().status == "sent"
    assert Dispatch.objects.get().closed_at is not None


GREYLISTING = {"ada@harbourmail.example": GREYLISTED}


def deferred() -> Message:
    """The one message of the campaign, after a first try that its server put off."""
    make_contact()
    freeze()
    send(FakeTransport(GREYLISTING))
    return Message.objects.get(status="deferred")


def test_a_campaign_is_sending_until_what_was_put_off_is_settled(
    campaign, django_assert_num_queries
):
    message = deferred()
    closing.close_over()
    assert Campaign.objects.get().status == "sending"
    assert Dispatch.objects.get().closed_at is None
    with transaction.atomic(), django_assert_num_queries(1):
        assert waiting.can_move(campaign.id)
    with clock.at(message.due_at):
        send(FakeTransport())
        closing.close_over()
    ended = Campaign.objects.get()
    assert (ended.status, ended.ended_at) == ("sent", message.due_at)
    assert Dispatch.objects.get().closed_at == message.due_at


def test_a_campaign_that_gives_up_its_last_message_is_sent(campaign):
    message = deferred()
    with clock.at(message.due_at + timedelta(days=5)):
        Approval.objects.update(expires_at=clock.now() + timedelta(days=1))
        SenderDomain.objects.update(verified_at=clock.now())
        send(FakeTransport(GREYLISTING))
        closing.close_over()
    assert Message.objects.get().reason == "greylisted"
    assert Campaign.objects.get().status == "sent"


def test_pausing_reaches_what_waits_for_another_try(campaign):
    message = deferred()
    closing.close_over()
    sending.pause(Campaign.objects.get(), actor=MARKETER)
    transport = FakeTransport()
    with clock.at(message.due_at):
        assert send(transport) == 0
        closing.close_over()
        assert (Campaign.objects.get().status, transport.handed_over) == ("paused", {})
        sending.resume(Campaign.objects.get(), actor=MARKETER)
        assert send(transport) == 1


def test_canceling_reaches_what_waits_for_another_try(campaign):
    message = deferred()
    closing.close_over()
    sending.cancel(Campaign.objects.get(), actor=MARKETER)
    transport = FakeTransport()
    with clock.at(message.due_at):
        assert send(transport) == 0
    closing.close_over()
    message.refresh_from_db()
    assert (message.status, message.reason) == ("canceled", "campaign_canceled")
    assert Dispatch.objects.get().closed_at is not None
    with clock.at(message.due_at):
        assert send(transport) == 0
    assert transport.handed_over == {}


def test_what_may_have_arrived_is_never_called_canceled(campaign):
    make_contact()
    freeze()
    send(FakeTransport({"ada@harbourmail.example": NO_ANSWER}))
    assert Message.objects.get().status == "deferred"
    sending.cancel(Campaign.objects.get(), actor=MARKETER)
    closing.close_over()
    message = Message.objects.get()
    assert (message.status, message.reason) == ("uncertain", "no_answer")
    assert [event.kind for event in MessageEvent.objects.all()] == ["uncertain"]


def test_what_may_have_arrived_is_not_called_refused_by_the_gate(campaign, nurse):
    ada = make_contact()
    freeze()
    send(FakeTransport({"ada@harbourmail.example": NO_ANSWER}))
    contacts.stop_everything(ada, evidence=PAPER, actor=nurse)
    transport = FakeTransport()
    with clock.at(Message.objects.get().due_at):
        send(transport)
    message = Message.objects.get()
    assert (message.status, message.reason, transport.handed_over) == ("uncertain", "no_answer", {})
    assert message.verdict["outcome"] == "deny"
    kinds = MessageEvent.objects.order_by("occurred_at").values_list("kind", flat=True)
    assert list(kinds) == ["uncertain", "decided"]


def test_a_paused_campaign_with_nothing_left_is_sent(campaign):
    make_contact()
    freeze()
    send(FakeTransport())
    sending.pause(Campaign.objects.get(), actor=MARKETER)
    closing.close_over()
    assert Campaign.objects.get().status == "sent"


def test_a_value_that_looks_like_more_than_its_field_goes_by_the_portal(campaign):
    contact = make_contact(given_name="naltrexone for opioid use disorder")
    freeze()
    send(FakeTransport())
    assert status_of(contact) in {"escrowed", "skipped"}


def test_an_approval_that_ran_out_holds_what_is_left(campaign):
    contact = make_contact()
    freeze()
    campaign.approvals.update(expires_at=clock.now())
    transport = FakeTransport()
    send(transport)
    message = Message.objects.get(contact=contact)
    assert (message.status, message.attempts) == ("queued", 0)
    assert message.due_at > clock.now()
    assert transport.handed_over == {}


def test_the_scheduler_sees_counts_of_other_tenants_and_nothing_else(campaign, clinic):
    from tenancy.scope import platform_scope

    make_contact()
    freeze()
    with platform_scope():
        assert (clinic.id, 1) in due.tenants_with_messages()
        assert clinic.id in due.tenants_with_campaigns()
        assert not Message.objects.exists()


def test_one_click_stops_a_kind_of_mail_that_waits(campaign, client):
    """RFC 8058: what is queued already does not go either."""
    Campaign.objects.update(purpose="operations", remuneration="none")
    Policy.objects.create(may_operate_without_opt_in=True)
    Approval.objects.update(content_hash=hash_of(approvals.document(Campaign.objects.get())))
    contact = make_contact()
    freeze()
    transport = FakeTransport()
    send(transport)
    (letter,) = transport.handed_over["ada@harbourmail.example"]
    parsed = message_from_bytes(letter, policy=policy.default)
    assert parsed["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    link = parsed["List-Unsubscribe"].partition(">")[0].strip("<")
    assert link in parsed.get_body(("html",)).get_content()
    Message.objects.update(status="queued", settled_at=None)
    path = link.removeprefix(settings.ORIGINS["links"])
    answer = client.post(
        path, {"List-Unsubscribe": "One-Click"}, headers={"host": "links.localhost"}
    )
    assert answer.status_code == 200
    send(transport)
    message = Message.objects.get(contact=contact)
    assert (message.status, message.reason) == ("canceled", "unsubscribed")
    assert len(transport.handed_over["ada@harbourmail.example"]) == 1


def test_a_sender_whose_records_are_gone_waits(campaign):
    make_contact()
    freeze()
    transport = FakeTransport()
    with clock.at(clock.now() + timedelta(hours=25)):
        assert send(transport) == 1
    message = Message.objects.get()
    assert (message.status, message.reason) == ("queued", "sender_not_proven")
    assert transport.handed_over == {}
