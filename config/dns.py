"""Joins the DNS door of delivery to the checks of sender domains in compliance, which is below it."""

from django.conf import settings

from delivery.doors import fresh_dns
from delivery.wire.dns import Dns, DnsUnavailable, NoSuchDomain


def look_up(name: str, kind: str) -> tuple[str, ...] | None:
    """The values of one question; None if no server answered.

    Nothing is cached: a person who just corrected a record wants to see it.
    """
    dns = fresh_dns()
    try:
        if kind == "MX":
            return tuple(f"{preference} {host}" for preference, host in dns.mx(name))
        if kind == "CNAME":
            return _leads_to(name, dns)
        return tuple(dns.txt(name))
    except NoSuchDomain:
        return ()
    except DnsUnavailable:
        return None


def _leads_to(name: str, dns: Dns) -> tuple[str, ...]:
    """Where a web address ends: at our host for policies, by whichever records, or elsewhere."""
    ours, found = settings.HOSTS["mta_sts"], dns.addresses(name)
    if not found:
        return ()
    try:
        is_ours = found.name == ours or set(found) == set(dns.addresses(ours))
    except NoSuchDomain:
        is_ours = False
    return (ours if is_ours else found.name or name,)
