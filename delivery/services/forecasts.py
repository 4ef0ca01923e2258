"""What domains' servers are likely to prove, for those who plan a campaign."""

from collections.abc import Iterable

from campaigns.forecast import Expectation
from compliance.facts import TransportLevel
from delivery.models import DomainPosture
from delivery.services import pins, postures, server_sets
from delivery.wire.addresses import AddressUnusable, a_label
from delivery.wire.levels import NEVER_PROMISED, POLICY_FAILURES, TlsFailure
from tenancy import clock

ENCRYPTED_ALL_THE_SAME = frozenset(
    {TlsFailure.EXPIRED, TlsFailure.WRONG_NAME, TlsFailure.UNTRUSTED}
)


def expected(domains: Iterable[str]) -> dict[str, Expectation]:
    """By domain as it was asked for; those of which nothing is known are left out."""
    names = {domain: name for domain in domains if (name := _name(domain))}
    asked = set(names.values())
    known = postures.known(asked)
    vouched = pins.known(asked).keys() | {
        domain for domain, each in server_sets.known(asked).items() if server_sets.steady(each)
    }
    return {
        domain: _expected(known[name], is_vouched_for=name in vouched)
        for domain, name in names.items()
        if name in known
    }


def _name(domain: str) -> str:
    try:
        return a_label(domain)
    except AddressUnusable:
        return ""


def _expected(posture: DomainPosture, *, is_vouched_for: bool) -> Expectation:
    was_safe = posture.was_safe(clock.now())
    if posture.shown in POLICY_FAILURES:
        return Expectation(None, was_safe, breaks_promise=True)
    if posture.shown in NEVER_PROMISED:
        return Expectation(_level(posture, is_vouched_for) or TransportLevel.VERIFIED, was_safe)
    if posture.unsafe_since:
        encrypts = posture.shown in ENCRYPTED_ALL_THE_SAME
        return Expectation(TransportLevel(encrypts), was_safe)
    return Expectation(_level(posture, is_vouched_for), was_safe)


def _level(posture: DomainPosture, is_vouched_for: bool) -> TransportLevel | None:
    """What was reached last; whether somebody vouches for the servers may have changed since."""
    if posture.level is None:
        return None
    level = TransportLevel(posture.level)
    if level in {TransportLevel.VERIFIED, TransportLevel.PINNED}:
        return TransportLevel.PINNED if is_vouched_for else TransportLevel.VERIFIED
    return level
