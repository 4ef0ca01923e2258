"""What follows when no host was safe enough (delivery.md 2.4)."""

from datetime import UTC, datetime, timedelta

import pytest

from compliance.facts import Fallback
from delivery.models import Message
from delivery.routes import STRICT, WITHOUT_PHI, History, Trouble, Way, after_trouble, trouble_of
from delivery.wire.door import HostFailure
from delivery.wire.levels import PolicyType, TlsFailure

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
CARE = Message.MailClass.CARE
STABLE, TRANSIENT = TlsFailure.EXPIRED, TlsFailure.REFUSED_NOW


def hosts(*failures: TlsFailure | None, policy: PolicyType = PolicyType.NONE) -> list[HostFailure]:
    return [HostFailure("mx", failure, policy=policy) for failure in failures]


def after(trouble: Trouble, *, minutes: int | None = None, route=STRICT, **known):
    """Minutes until the next try when it began `minutes` ago, or the way that is taken instead."""
    since = None if minutes is None else NOW - timedelta(minutes=minutes)
    mail_class = known.pop("mail_class", CARE)
    onward = after_trouble(
        route, trouble, mail_class=mail_class, history=History(since, **known), now=NOW
    )
    if onward.try_at is None:
        return onward.route.way
    assert onward.route.way is Way.HOLD
    return (onward.try_at - NOW).seconds // 60


@pytest.mark.parametrize(
    ("failures", "trouble"),
    [
        (hosts(STABLE), Trouble.STABLE),
        (hosts(STABLE, TlsFailure.NOT_OFFERED), Trouble.STABLE),
        (hosts(STABLE, TRANSIENT), Trouble.PASSING),
        (hosts(STABLE, None), Trouble.PASSING),
        (hosts(TlsFailure.NOT_PROMISED, None), Trouble.NEVER_PROMISED),
        (hosts(TlsFailure.DANE_REQUIRED), Trouble.NEVER_PROMISED),
        (hosts(TlsFailure.TLSA_INVALID, STABLE), Trouble.DANE),
        (hosts(TlsFailure.DNSSEC_INVALID), Trouble.DANE),
        (hosts(STABLE, policy=PolicyType.TLSA), Trouble.DANE),
        (hosts(STABLE, policy=PolicyType.STS), Trouble.MTA_STS),
        (hosts(TlsFailure.NOT_NAMED, TlsFailure.NOT_PROMISED), Trouble.MTA_STS),
        (hosts(TlsFailure.NOT_PINNED, STABLE, policy=PolicyType.PIN), Trouble.PIN),
        (hosts(STABLE, policy=PolicyType.PIN), Trouble.PIN),
        (
            hosts(STABLE, policy=PolicyType.PIN) + hosts(STABLE, policy=PolicyType.STS),
            Trouble.MTA_STS,
        ),
        (hosts(TlsFailure.UNPINNED), Trouble.NEVER_PROMISED),
    ],
)
def test_a_broken_promise_counts_most(failures, trouble):
    assert trouble_of(failures) is trouble


@pytest.mark.parametrize(
    ("trouble", "minutes", "again"),
    [
        (Trouble.STABLE, None, 10),
        (Trouble.STABLE, 9, 10),
        (Trouble.STABLE, 10, Way.PORTAL),
        (Trouble.PASSING, None, 5),
        (Trouble.PASSING, 5, 15),
        (Trouble.PASSING, 20, 30),
        (Trouble.PASSING, 239, 30),
        (Trouble.PASSING, 240, Way.PORTAL),
        (Trouble.NAMES, 239, 30),
        (Trouble.NAMES, 240, Way.PORTAL),
        (Trouble.DANE, 59, 30),
        (Trouble.DANE, 60, Way.PORTAL),
        (Trouble.MTA_STS, None, 5),
        (Trouble.MTA_STS, 60, Way.PORTAL),
        (Trouble.PIN, None, 5),
        (Trouble.PIN, 60, Way.PORTAL),
        (Trouble.NEVER_PROMISED, None, Way.PORTAL),
    ],
)
def test_each_kind_of_trouble_is_held_for_its_time(trouble, minutes, again):
    assert after(trouble, minutes=minutes) == again


def test_a_domain_that_is_known_to_fall_short_needs_no_second_look():
    since = NOW - timedelta(days=2)
    assert after(Trouble.STABLE, domain_unsafe_since=since) is Way.PORTAL
    assert after(Trouble.PASSING, domain_unsafe_since=since) == 5


def test_a_domain_that_proved_itself_lately_is_held_as_if_somebody_interfered():
    assert after(Trouble.STABLE, was_safe=True) == 5
    assert after(Trouble.STABLE, minutes=60, was_safe=True) == 30
    assert after(Trouble.STABLE, minutes=240, was_safe=True) is Way.PORTAL
    assert after(Trouble.NEVER_PROMISED, was_safe=True) is Way.PORTAL


def test_the_policy_says_how_long_and_what_then():
    facts = STRICT.facts._replace(hold=timedelta(hours=1), otherwise=Fallback.HOLD)
    route = STRICT._replace(facts=facts)
    assert after(Trouble.PASSING, minutes=59, route=route) == 30
    assert after(Trouble.PASSING, minutes=60, route=route) is Way.HOLD


def test_a_short_hold_is_short_for_broken_promises_too():
    short = STRICT._replace(facts=STRICT.facts._replace(hold=timedelta(minutes=45)))
    assert after(Trouble.DANE, minutes=45, route=short) is Way.PORTAL


def test_what_tells_of_no_care_keeps_trying_and_needs_no_portal():
    for trouble in (Trouble.NAMES, Trouble.DANE, Trouble.MTA_STS, Trouble.PIN):
        assert after(trouble, minutes=10_000, route=WITHOUT_PHI) is Way.HOLD


def test_a_code_is_not_held():
    assert after(Trouble.PASSING, mail_class=Message.MailClass.CODE) is Way.PORTAL
