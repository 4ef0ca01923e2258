"""Which hosts take mail for a domain, in the order to try them (RFC 5321 5.1, RFC 7505)."""

import random
import re
from dataclasses import dataclass, field, replace
from ipaddress import ip_address
from itertools import islice

from delivery.wire.dns import Dns, DnsUnavailable, NoSuchDomain, Records
from tenancy.public_address import is_public

# Whoever owns a domain can name a thousand: each costs two questions, the worst of them twenty seconds.
MOST_HOSTS = 10
# What TLS can ask for and a certificate can carry; a record may hold any bytes (RFC 2181 11).
HOST_NAME = re.compile(r"[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*")


class DomainTakesNoMail(Exception):
    """Permanent: no such domain (5.1.2), or a null MX (5.1.10). `status` is the enhanced code."""

    def __init__(self, status: str, reason: str) -> None:
        super().__init__(reason)
        self.status = status


class NoUsableHost(Exception):
    """Mail servers are named, but none can be connected to (4.4.4): records need mending."""


@dataclass(frozen=True)
class Host:
    """A mail server: the name that its certificate must carry, and where it may be reached.

    `is_secure`: both came signed. `canonical` is the name that its aliases lead to.
    """

    name: str
    addresses: tuple[str, ...]
    is_secure: bool = False
    canonical: str = ""
    preference: int = field(default=0, compare=False)


def hosts_of(names: Records[tuple[int, str]], dns: Dns, *, allow_loopback: bool) -> list[Host]:
    """Best first; hosts of equal preference are shuffled so that they share the load.

    Raises NoUsableHost, or DnsUnavailable.
    """
    hosts, unknown = [], 0
    for preference, name in names:
        try:
            host = _host(name, dns, allow_loopback=allow_loopback, is_named=names.is_secure)
        except DnsUnavailable:
            unknown += 1
        else:
            hosts += [replace(host, preference=preference)] if host.addresses else []
    if not hosts and unknown:
        raise DnsUnavailable("No answer about the domain's mail servers.")
    if not hosts:
        raise NoUsableHost("None of the domain's mail servers has a usable address.")
    return hosts


def in_turn(hosts: list[Host]) -> list[Host]:
    """Best first, in another order each time where several are equally good."""
    if len(hosts) == 1:
        return hosts
    return sorted(hosts, key=lambda host: (host.preference, random.random()))  # noqa: S311 load, not secrecy


def names_for(domain: str, dns: Dns) -> Records[tuple[int, str]]:
    """The domain's mail servers, best first. Raises DomainTakesNoMail, or DnsUnavailable."""
    try:
        records = dns.mx(domain)
    except NoSuchDomain:
        raise DomainTakesNoMail("5.1.2", "The domain does not exist.") from None
    if not records:  # 5.1: the implicit MX, only when there is no MX record at all
        return Records([(0, domain)], is_secure=records.is_secure)
    if all(name in {"", "."} for _, name in records):
        raise DomainTakesNoMail("5.1.10", "The domain says that it takes no mail.")
    shuffled = sorted(records, key=lambda record: (record[0], random.random()))  # noqa: S311 load, not secrecy
    named = ((preference, name.lower()) for preference, name in shuffled)
    usable = (record for record in named if is_host_name(record[1]))
    return Records(islice(usable, MOST_HOSTS), is_secure=records.is_secure)


def _host(name: str, dns: Dns, *, allow_loopback: bool, is_named: bool) -> Host:
    """`is_named`: that this is a mail server of the domain came signed."""
    try:
        found = dns.addresses(name)
    except NoSuchDomain:
        return Host(name, ())
    usable = tuple(text for text in found if may_connect(text, allow_loopback=allow_loopback))
    canonical = found.name.lower()
    return Host(
        name,
        usable,
        is_named and found.is_secure,
        canonical if is_host_name(canonical) else name,
    )


def may_connect(text: str, *, allow_loopback: bool) -> bool:
    """An MX record must not lead into our own network: whoever owns a domain writes it."""
    return (allow_loopback and ip_address(text).is_loopback) or is_public(text)


def is_host_name(name: str) -> bool:
    """Whether it is a name, in lower case, and no address."""
    if not HOST_NAME.fullmatch(name):
        return False
    try:
        ip_address(name)
    except ValueError:
        return True
    return False
