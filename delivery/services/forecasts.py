"""What domains' servers are likely to prove, for those who plan a campaign."""

from collections.abc import Iterable

from campaigns.forecast import Expectation
from compliance.facts import TransportLevel
from delivery.models import DomainPosture
from delivery.services import postures
from delivery.wire.addresses import AddressUnusable, a_label
from delivery.wire.levels import NEVER_PROMISED, POLICY_FAILURES, TlsFailure
from tenancy import clock

ENCRYPTED_ALL_THE_SAME = frozenset(
    {TlsFailure.EXPIRED, TlsFailure.WRONG_NAME, TlsFailure.UNTRUSTED}
)


def expected(domains: Iterable[str]) -> dict[str, Expectation]:
    """By domain as it was asked for; those of which nothing is known are left out."""
    names = {domain: name for domain in domains if (name := _name(domain))}
    known = postures.known(set(names.values()))
    return {domain: _expected(known[name]) for domain, name in names.items() if name in known}


def _name(domain: str) -> str:
    try:
        return a_label(domain)
    except AddressUnusable:
        return ""


def _expected(posture: DomainPosture) -> Expectation:
    was_safe = posture.was_safe(clock.now())
    if posture.shown in POLICY_FAILURES:
        return Expectation(None, was_safe, breaks_promise=True)
    if posture.shown in NEVER_PROMISED:
        return Expectation(TransportLevel(posture.level or TransportLevel.VERIFIED), was_safe)
    if posture.unsafe_since:
        encrypts = posture.shown in ENCRYPTED_ALL_THE_SAME
        return Expectation(TransportLevel(encrypts), was_safe)
    return Expectation(None if posture.level is None else TransportLevel(posture.level), was_safe)
