"""Joins the DNS door of delivery to the checks of sender domains in compliance, which is below it."""

from delivery.doors import fresh_dns
from delivery.wire.dns import DnsUnavailable, NoSuchDomain


def look_up(name: str, kind: str) -> tuple[str, ...] | None:
    """The values of one question; None if no server answered.

    Nothing is cached: a person who just corrected a record wants to see it.
    """
    dns = fresh_dns()
    try:
        if kind == "MX":
            return tuple(f"{preference} {host}" for preference, host in dns.mx(name))
        return tuple(dns.txt(name))
    except NoSuchDomain:
        return ()
    except DnsUnavailable:
        return None
