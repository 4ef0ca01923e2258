"""Joins the DNS door of delivery to the door for web requests in tenancy, which is below it."""

from functools import cache

from delivery.doors import fresh_dns
from delivery.wire.dns import DnsUnavailable, NoSuchDomain
from tenancy.fetch import Door

# Two questions, IPv6 and IPv4, must leave most of a request's time to the request.
SECONDS_FOR_A_QUESTION = 1.0


@cache
def door() -> Door:
    return Door(resolve=addresses)


def addresses(name: str) -> list[str]:
    """Where a name leads just now; nowhere if nobody knows or nobody answers."""
    try:
        return fresh_dns(patience=SECONDS_FOR_A_QUESTION).addresses(name)
    except (NoSuchDomain, DnsUnavailable):
        return []
