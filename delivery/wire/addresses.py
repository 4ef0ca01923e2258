"""Addresses as they stand in SMTP commands and headers."""

import re
from functools import lru_cache

import idna

from tenancy.local_parts import spelled_plainly

LOCAL_PART = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")


class AddressUnusable(ValueError):
    """The address cannot be written on the wire without changing what it says."""


@lru_cache(maxsize=4096)
def a_label(domain: str) -> str:
    """The domain in ASCII by IDNA2008.

    Python's own codec maps faß.de to fass.de: somebody else's domain.
    """
    try:
        return idna.encode(domain.rstrip("."), uts46=True).decode("ascii").lower()
    except idna.IDNAError:
        raise AddressUnusable("The domain is not a valid name.") from None


def wire_address(address: str) -> str:
    """The address as RCPT and the To field carry it.

    Raises AddressUnusable. A local part outside ASCII needs SMTPUTF8, and is never rewritten to fit
    (RFC 6531 3.2). Quoted local parts are refused: they reach nobody and carry injections.
    """
    local, at, domain = address.rpartition("@")
    octets = len(local.encode())
    if not at or octets > 64 or not LOCAL_PART.fullmatch(spelled_plainly(local)):
        raise AddressUnusable("The part before the @ cannot be used by mail servers.")
    wire_domain = a_label(domain)
    if "." not in wire_domain or octets + len(wire_domain) > 253:
        raise AddressUnusable("The domain is not a full name.")
    return f"{local}@{wire_domain}"


def ascii_address(address: str) -> str:
    """The same for From and Reply-To, which every server has to understand. Raises AddressUnusable."""
    written = wire_address(address)
    if not written.isascii():
        raise AddressUnusable("Here the part before the @ is in plain letters.")
    return written


def domain_of(address: str) -> str:
    """The domain that is asked for a mail server, in ASCII."""
    return wire_address(address).rpartition("@")[2]
