"""Whether the resolver that we believe about signatures does check them."""

from enum import StrEnum

from delivery.wire.dns import Dns, DnsUnavailable, NoSuchDomain

ROOT = ""  # the zone above all, signed since 2010
CANARY = "dnssec-failed.org"  # signed wrongly on purpose, for everybody to try


class Trial(StrEnum):
    """What came out."""

    NOT_NAMED = "not_named"
    NO_ANSWER = "no_answer"
    CHECKS_NOTHING = "checks_nothing"
    BELIEVES_FORGERIES = "believes_forgeries"
    CHECKS = "checks"


def of_resolver(dns: Dns) -> Trial:
    """Ask for what is signed well, and for what is signed wrongly."""
    try:
        is_signed = dns.txt(ROOT).is_secure
    except (DnsUnavailable, NoSuchDomain):
        return Trial.NO_ANSWER
    if not is_signed:
        return Trial.CHECKS_NOTHING
    try:
        dns.addresses(CANARY)
    except DnsUnavailable:
        return Trial.CHECKS
    except NoSuchDomain:
        return Trial.CHECKS_NOTHING
    return Trial.BELIEVES_FORGERIES
