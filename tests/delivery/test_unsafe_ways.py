"""What the worker does with the table of routes when the wire is not what a message needs."""

from dataclasses import replace
from datetime import timedelta

import pytest

from audit.models import AuditEvent
from compliance.facts import Acceptance, Fallback, TransportLevel
from delivery.escrow.factors import BY_REASON, Strength
from delivery.models import DomainPosture, EscrowItem, Message, MessageEvent
from delivery.reports.story import Event, tell
from delivery.routes import STRICT, WITHOUT_PHI, RouteFacts, decide
from delivery.wire.door import HostFailure, Outcome, Result
from delivery.wire.levels import Level, PolicyType, TlsFailure
from delivery.wire.session import Stage
from delivery.wire.transport import NO_DNS
from tenancy import clock
from tenancy.ids import uuid7
from tests import fakes
from tests.delivery.sending import Drafter, due, send

Status = Message.Status
NO_NAMES = Outcome(Result.REFUSED, Stage.DNS, NO_DNS)
ALARM = "delivery.downgrade_suspected"


def broken(failure: TlsFailure, policy: PolicyType) -> Outcome:
    return replace(fakes.NO_TLS, failures=(HostFailure("mx", failure, policy=policy),))


def instead(fallback: Fallback) -> Drafter:
    return Drafter(STRICT._replace(facts=STRICT.facts._replace(otherwise=fallback)))


def tried(message: Message, outcome: Outcome, *, hours: float = 0, drafter=None) -> Message:
    """The message after one more try, some time after it was made."""
    with clock.at(message.created_at + timedelta(minutes=1, hours=hours)):
        send(fakes.FakeTransport({"ada@x.example": outcome}), drafter=drafter)
    message.refresh_from_db()
    return message


def story(message: Message) -> list[str]:
    rows = MessageEvent.objects.filter(message=message)
    moments = tell([Event(row.kind, row.occurred_at, row.detail) for row in rows])
    return [moment.explanation for moment in moments]


def test_what_the_policy_drops_is_not_sent_and_says_why(clinic):
    message, drafter = due("ada"), instead(Fallback.DROP)
    assert tried(message, fakes.NO_TLS, drafter=drafter).status == Status.DEFERRED
    tried(message, fakes.NO_TLS, hours=1, drafter=drafter)
    assert (message.status, message.reason) == (Status.SKIPPED, "not_safe_enough")
    assert not EscrowItem.objects.exists()
    assert "no server of the domain was safe enough" in story(message)[-1]


def test_what_the_policy_holds_is_tried_as_long_as_its_class_and_then_fails(clinic):
    message, drafter = due("ada", mail_class="care"), instead(Fallback.HOLD)
    for hours in (0, 10, 90):
        tried(message, fakes.NO_TLS, hours=hours, drafter=drafter)
        assert message.status == Status.DEFERRED
    tried(message, fakes.NO_TLS, hours=97, drafter=drafter)
    assert (message.status, message.reason) == (Status.FAILED, "never_safe")
    assert not EscrowItem.objects.exists()


@pytest.mark.parametrize(
    ("outcome", "rule", "hold"),
    [
        (NO_NAMES, "names_not_trusted", 4),
        (broken(TlsFailure.TLSA_INVALID, PolicyType.TLSA), "dane_failed", 1),
        (broken(TlsFailure.NOT_NAMED, PolicyType.STS), "mta_sts_failed", 1),
        (broken(TlsFailure.EXPIRED, PolicyType.STS), "mta_sts_failed", 1),
    ],
)
def test_names_and_promises_are_waited_for_and_then_the_portal_takes_it(
    clinic, outcome, rule, hold
):
    message = due("ada")
    assert tried(message, outcome).status == Status.DEFERRED
    assert tried(message, outcome, hours=hold - 0.1).status == Status.DEFERRED
    tried(message, outcome, hours=hold + 0.6)
    assert (message.status, message.reason) == (Status.ESCROWED, "unsafe_transport")
    rules = {row.detail["rule"] for row in MessageEvent.objects.filter(message=message)}
    assert rules == {rule}
    is_alarm = rule != "names_not_trusted"
    assert AuditEvent.objects.filter(action=ALARM).count() == (3 if is_alarm else 0)
    assert not DomainPosture.objects.exclude(verified_at=None, unsafe_since=None).exists()


def test_one_good_answer_about_names_begins_the_wait_anew(clinic):
    message = due("ada")
    tried(message, NO_NAMES)
    tried(message, fakes.GREYLISTED, hours=3)
    assert message.unsafe_since is None
    assert tried(message, NO_NAMES, hours=5).status == Status.DEFERRED


def test_our_own_notice_is_never_put_into_the_portal(clinic):
    message, drafter = due("ada", mail_class="notice"), Drafter(WITHOUT_PHI)
    for hours in (0, 2, 24):
        tried(message, NO_NAMES, hours=hours, drafter=drafter)
        assert message.status == Status.DEFERRED
    tried(message, NO_NAMES, hours=49, drafter=drafter)
    assert (message.status, message.reason) == (Status.FAILED, "never_safe")


def test_a_suspected_downgrade_ends_in_the_portal_with_more_than_the_mailbox(clinic):
    due("ben")
    send(fakes.FakeTransport())
    message = due("ada")
    tried(message, fakes.NO_TLS)
    tried(message, fakes.NO_TLS, hours=4.1)
    assert (message.status, message.reason) == (Status.ESCROWED, "downgraded")
    assert BY_REASON[EscrowItem.objects.get().reason] >= Strength.EVERY_FACT
    assert AuditEvent.objects.filter(action=ALARM).count() == 2


def test_the_story_says_by_which_rule_it_left(clinic):
    message = tried(due("ada"), fakes.ACCEPTED)
    assert message.status == Status.SENT
    assert "the server had to prove itself" in story(message)[0]


def test_a_warned_persons_request_is_named_with_what_was_sent(clinic):
    consent = uuid7()
    verdict = STRICT.facts.verdict._replace(accepts=Acceptance(TransportLevel.ENCRYPTED, consent))
    drafter, transport = Drafter(decide(RouteFacts(verdict))), fakes.FakeTransport()
    message = due("ada")
    send(transport, drafter=drafter)
    assert transport.required == {"ada@x.example": Level.T1}
    detail = MessageEvent.objects.get(message=message).detail
    assert (detail["rule"], detail["consent"]) == ("consented", str(consent))


def test_a_request_is_no_way_around_a_server_that_proves_less_than_was_asked(clinic):
    verdict = STRICT.facts.verdict._replace(accepts=Acceptance(TransportLevel.ENCRYPTED, uuid7()))
    message, drafter = due("ada"), Drafter(decide(RouteFacts(verdict)))
    tried(message, fakes.NO_TLS, drafter=drafter)
    tried(message, fakes.NO_TLS, hours=1, drafter=drafter)
    assert (message.status, message.reason) == (Status.ESCROWED, "unsafe_transport")
