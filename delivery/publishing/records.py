"""What the name system has to say of our own mail server, so that others can be sure of it."""

from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from pathlib import Path

from cryptography import x509

from delivery.wire import dane, sts
from delivery.wire.dns import Dns, DnsUnavailable, NoSuchDomain, Tlsa

WEEK = 7 * 86_400  # how long others remember the policy: RFC 8461 3.2 speaks of weeks


class State(StrEnum):
    """Whether the name system says so now."""

    FOUND = "found"
    MISSING = "missing"
    UNSIGNED = "unsigned"  # it is there, and nobody may believe it
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Record:
    """One record as it should be."""

    label: str
    type: str
    name: str
    value: str
    state: State


def policy_text(host: str) -> str:
    """The file that says: our mail comes over verified TLS to this host, or not at all (3.2)."""
    lines = ("version: STSv1", "mode: enforce", f"mx: {host}", f"max_age: {WEEK}")
    return "".join(f"{line}\r\n" for line in lines)


def of_policy(host: str, dns: Dns) -> Record:
    """Its id changes with the text, and only then."""
    identifier = sha256(policy_text(host).encode()).hexdigest()[:20]
    name, value = sts.record_name(host), f"v=STSv1; id={identifier};"
    return Record("MTA-STS", "TXT", name, value, _txt_state(name, value, dns))


def of_key(host: str, certificate: Path, dns: Dns) -> Record:
    """The key that our mail server shows. Raises OSError or ValueError without a certificate there."""
    shown = x509.load_pem_x509_certificates(certificate.read_bytes())[0]
    key = Tlsa(3, 1, 1, dane.association(shown, selector=1, matching=1))
    name = f"_25._tcp.{host}"
    value = f"{key} {key.association.hex()}"
    return Record("DANE", "TLSA", name, value, _key_state(name, key, dns))


def _txt_state(name: str, value: str, dns: Dns) -> State:
    try:
        return State.FOUND if value in dns.txt(name) else State.MISSING
    except NoSuchDomain:
        return State.MISSING
    except DnsUnavailable:
        return State.UNKNOWN


def _key_state(name: str, key: Tlsa, dns: Dns) -> State:
    try:
        found = dns.tlsa(name)
    except NoSuchDomain:
        return State.MISSING
    except DnsUnavailable:
        return State.UNKNOWN
    if key not in found:
        return State.MISSING
    return State.FOUND if found.is_secure else State.UNSIGNED
