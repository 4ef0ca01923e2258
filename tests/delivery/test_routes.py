from datetime import UTC, datetime, timedelta

import pytest

from compliance.facts import Outcome, Reason, TransportLevel, Verdict
from compliance.purposes import Evidence
from delivery.models import Message
from delivery.routes import History, Way, after_unprotected, decide
from delivery.wire.levels import Level, TlsFailure

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
CARE = Message.MailClass.CARE


def verdict(outcome: Outcome, level: TransportLevel, *reasons: Reason) -> Verdict:
    return Verdict(outcome, reasons, level, Evidence.NONE)


@pytest.mark.parametrize(
    ("outcome", "level", "way"),
    [
        (Outcome.DENY, TransportLevel.VERIFIED, Way.NOWHERE),
        (Outcome.HOLD, TransportLevel.VERIFIED, Way.WAIT),
        (Outcome.PORTAL, TransportLevel.ANY, Way.PORTAL),
        (Outcome.ALLOW, TransportLevel.VERIFIED, Way.VERIFIED_TLS),
        (Outcome.ALLOW, TransportLevel.MTA_STS, Way.VERIFIED_TLS),
        (Outcome.ALLOW, TransportLevel.ANY, Way.BEST_AVAILABLE),
    ],
)
def test_the_first_rule_that_fits_decides(outcome, level, way):
    route = decide(verdict(outcome, level, Reason.SHARED_ADDRESS))
    assert (route.way, route.required) == (way, Level(level))
    assert route.reasons == ("shared_address",)


def test_no_rule_lets_a_message_go_unverified_because_it_is_only_encrypted():
    with pytest.raises(ValueError, match="ENCRYPTED"):
        decide(verdict(Outcome.ALLOW, TransportLevel.ENCRYPTED))


def after(*failures: TlsFailure | None, minutes: int | None, **known) -> int | None:
    """Minutes until the next try when the trouble began `minutes` ago; None for the portal."""
    since = None if minutes is None else NOW - timedelta(minutes=minutes)
    mail_class = known.pop("mail_class", CARE)
    history = History(since, **known)
    again = after_unprotected(failures, mail_class=mail_class, history=history, now=NOW)
    return None if again is None else (again - NOW).seconds // 60


STABLE, TRANSIENT = TlsFailure.EXPIRED, TlsFailure.REFUSED_NOW


@pytest.mark.parametrize(
    ("failures", "minutes", "again"),
    [
        ((STABLE,), None, 10),
        ((STABLE,), 9, 10),
        ((STABLE,), 10, None),
        ((STABLE, TlsFailure.NOT_OFFERED), 10, None),
        ((TRANSIENT,), None, 5),
        ((TRANSIENT,), 5, 15),
        ((TRANSIENT,), 20, 30),
        ((TRANSIENT,), 239, 30),
        ((TRANSIENT,), 240, None),
        ((STABLE, TRANSIENT), 60, 30),
        ((STABLE, None), 60, 30),
    ],
)
def test_stable_trouble_is_confirmed_once_and_passing_trouble_held(failures, minutes, again):
    assert after(*failures, minutes=minutes) == again


def test_a_domain_that_is_known_to_fall_short_needs_no_second_look():
    since = NOW - timedelta(days=2)
    assert after(STABLE, minutes=None, domain_unsafe_since=since) is None
    assert after(TRANSIENT, minutes=None, domain_unsafe_since=since) == 5


def test_a_domain_that_proved_itself_lately_is_held_as_if_somebody_interfered():
    assert after(STABLE, minutes=None, was_safe=True) == 5
    assert after(STABLE, minutes=60, was_safe=True) == 30
    assert after(STABLE, minutes=240, was_safe=True) is None


def test_what_the_domain_does_not_promise_is_not_tried_again():
    assert after(TlsFailure.NOT_PROMISED, None, minutes=None) is None
    assert after(TlsFailure.NOT_PROMISED, minutes=None, was_safe=True) is None
    assert after(TlsFailure.DANE_REQUIRED, None, minutes=None) is None


def test_a_code_is_not_held():
    assert after(TRANSIENT, minutes=None, mail_class=Message.MailClass.CODE) is None
