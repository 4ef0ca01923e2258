"""A worker whose sender is new: no more than the plan allows, and the rest on later days."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from delivery import slices
from delivery.lanes.operators import lane_of
from delivery.models import Message, WarmUp, WarmUpPlan
from delivery.services import recipient_domains
from delivery.warming import keeping, late
from delivery.wire.door import Outcome, Result
from delivery.wire.reply import Reply
from delivery.wire.session import Stage
from tenancy import clock
from tenancy.scope import platform_scope, tenant_scope
from tests import fakes
from tests.delivery.sending import LETTERHEAD, Drafter, due, send
from tests.fakes import FakeTransport

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
CLASS = Message.MailClass
LANE = lane_of("new.example")


@pytest.fixture
def transport():
    return FakeTransport(warms_up=True)


def blast(people: int, **columns) -> None:
    for number in range(people):
        due(f"p{number}", domain="new.example", mail_class=CLASS.BULK, due_at=NOON, **columns)


def of_domain() -> WarmUp:
    return WarmUp.objects.get(plan__name=LETTERHEAD.domain, lane=LANE)


def test_what_is_over_the_cap_waits_for_later_days_and_is_no_try(clinic, transport):
    WarmUpPlan.objects.create(name=LETTERHEAD.domain, start=50)
    with clock.at(NOON):
        blast(60)
        assert send(transport) == 60
        assert len(transport.handed_over) == 37
    waiting = Message.objects.filter(status="queued")
    assert Counter(waiting.values_list("reason", "attempts", "first_tried_at", "due_at")) == {
        ("warming_up", 0, None, datetime(2026, 11, 24, tzinfo=UTC)): 23
    }
    assert (of_domain().taken, of_domain().accepted, of_domain().postponed) == (37, 37, 23)
    with clock.at(NOON + timedelta(days=1)):
        assert send(transport) == 23
    assert {len(letters) for letters in transport.handed_over.values()} == {1}
    assert (len(transport.handed_over), of_domain().cap, of_domain().days) == (60, 75, 2)


def test_mail_about_care_goes_while_campaigns_wait_and_a_code_goes_always(clinic, transport):
    WarmUpPlan.objects.create(name=LETTERHEAD.domain, start=50)
    with clock.at(NOON):
        blast(50)
        for number in range(20):
            due(f"c{number}", domain="new.example", mail_class=CLASS.CARE, due_at=NOON)
        send(transport)
        sent = Message.objects.filter(status="sent")
        assert Counter(sent.values_list("mail_class", flat=True)) == {"care": 20, "bulk": 17}
        for number in range(15):
            due(f"d{number}", domain="new.example", mail_class=CLASS.CARE, due_at=NOON)
        code = due("code", domain="new.example", mail_class=CLASS.CODE, due_at=NOON)
        send(transport)
    code.refresh_from_db()
    counts = Counter(sent.values_list("mail_class", flat=True))
    assert (code.status, counts) == ("sent", {"care": 32, "bulk": 17, "code": 1})


def test_once_no_place_is_left_nothing_more_is_drafted_for_it(clinic, transport):
    WarmUpPlan.objects.create(name=LETTERHEAD.domain, start=50)
    drafter, people = Drafter(), slices.FIRST_SLICE + slices.SLICE + 30
    with clock.at(NOON):
        kept_with_domain(people, "new.example", clinic.id)
        assert send(transport, drafter=drafter) == people
    assert drafter.slices == [slices.FIRST_SLICE, slices.SLICE]
    assert len(transport.handed_over) == 37
    waiting = Message.objects.filter(reason="warming_up", attempts=0)
    assert waiting.count() == of_domain().postponed == people - 37


def kept_with_domain(people: int, domain: str, campaign) -> None:
    """As frozen messages of one campaign are."""
    for number in range(people):
        name, place = f"{domain[0]}{number}", NOON - timedelta(microseconds=people - number)
        columns = {"mail_class": CLASS.BULK, "due_at": place, "cause_id": campaign}
        message = due(name, domain=domain, message_id=f"<{name}@{LETTERHEAD.domain}>", **columns)
        message.domain_index = recipient_domains.keep([domain])[domain]
        message.save(update_fields=["domain_index"])


def test_an_address_of_ours_is_limited_for_all_workspaces_together(clinic, transport):
    with platform_scope():
        plan = WarmUpPlan.objects.create(name=transport.sends_as, start=50)
        WarmUp.objects.create(plan=plan, lane=LANE, day=NOON.date(), cap=50, taken=30)
    with clock.at(NOON):
        blast(20)
        send(transport)
    assert len(transport.handed_over) == 7
    with platform_scope():
        row = WarmUp.objects.get(plan__name=transport.sends_as)
        assert (row.taken, row.accepted, row.postponed) == (37, 7, 13)
    assert (of_domain().taken, of_domain().accepted, of_domain().postponed) == (7, 7, 0)


def test_only_what_an_operator_answered_is_counted(clinic, transport):
    answers = {"gone": fakes.UNKNOWN_USER, "grey": fakes.GREYLISTED, "dead": fakes.UNREACHABLE}
    transport.outcomes = {f"{name}@new.example": told for name, told in answers.items()}
    for name in (*answers, "ada"):
        due(name, domain="new.example")
    send(transport)
    row = of_domain()
    assert (row.taken, row.accepted, row.refused, row.deferred) == (3, 1, 1, 0)


def test_nothing_waits_for_a_plan_that_is_switched_off_or_over(clinic, transport):
    WarmUpPlan.objects.create(name=LETTERHEAD.domain, off_since=NOON)
    with platform_scope():
        plan = WarmUpPlan.objects.create(name=transport.sends_as)
        WarmUp.objects.create(plan=plan, lane=LANE, day=keeping.today(), cap=12_000, is_over=True)
    blast(120)
    send(transport)
    assert len(transport.handed_over) == 120
    assert not WarmUp.objects.exists()


def test_a_complaint_counts_for_the_sender_and_for_our_address_on_the_day_it_comes(
    clinic, transport
):
    message = due("ada", message_id=f"<x@{LETTERHEAD.domain}>")
    late.tell(transport, message, "new.example", "complained")
    late.tell(transport, message, "", "complained")
    assert (of_domain().complained, of_domain().taken) == (1, 0)
    with platform_scope():
        assert WarmUp.objects.get(plan__name=transport.sends_as).complained == 1


def test_the_sandbox_knows_no_plan(clinic):
    transport = FakeTransport()
    blast(120)
    send(transport)
    assert (len(transport.handed_over), WarmUpPlan.objects.count()) == (120, 0)


def test_another_workspace_has_a_plan_of_its_own_for_the_same_name(clinic, other_clinic):
    assert keeping.take("elm.example", {(LANE, CLASS.CARE): 500})[LANE, CLASS.CARE] == 100
    with tenant_scope(other_clinic.pk):
        assert keeping.take("elm.example", {(LANE, CLASS.CARE): 9})[LANE, CLASS.CARE] == 9
        assert not WarmUp.objects.exclude(taken=9).exists()


def test_what_a_strange_host_says_is_not_counted_as_its_operators_word(clinic):
    """Its domain names a host of a large operator before it, so that the mail took that one's lane."""

    class Pretender(FakeTransport):
        def lanes(self, domains):
            return dict.fromkeys(domains, "google")

    refused = Outcome(Result.REFUSED, Stage.MAIL, Reply(550, "5.7.1", "no"), "mx.evil.example")
    theirs = replace(refused, host="smtp.google.com")
    outcomes = {f"p{number}@new.example": refused for number in range(5)}
    outcomes |= {f"q{number}@new.example": theirs for number in range(3)}
    for address in outcomes:
        due(address.partition("@")[0], domain="new.example", mail_class=CLASS.BULK, due_at=NOON)
    with clock.at(NOON):
        send(Pretender(outcomes, warms_up=True))
    plan = WarmUp.objects.get(plan__name=LETTERHEAD.domain, lane="google")
    assert (plan.taken, plan.refused) == (3, 3)
