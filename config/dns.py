"""Joins the DNS door of delivery to the checks of sender domains in compliance, which is below it."""

from pathlib import Path

from django.conf import settings

from delivery.wire.dns import Dns, DnsUnavailable, NoSuchDomain, ResolverDns, ZoneFileDns


def look_up(name: str, kind: str) -> tuple[str, ...] | None:
    """The values of one question; None if no server answered."""
    try:
        if kind == "MX":
            return tuple(f"{preference} {host}" for preference, host in _dns().mx(name))
        return tuple(_dns().txt(name))
    except NoSuchDomain:
        return ()
    except DnsUnavailable:
        return None


def _dns() -> Dns:
    """New for each question: a person who just corrected a record wants no cached answer."""
    if settings.DELIVERY_DNS_FILE:
        return ZoneFileDns.read(Path(settings.DELIVERY_DNS_FILE))
    return ResolverDns()
