"""What the name system and our web server have to say of our own mail server, so that others can be sure of it.

`domain` is the one that our mail comes back to, `host` the server that it names.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from http import HTTPStatus
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509

from compliance.bounce_policy import announcement, policy_text
from delivery.wire import dane, sts
from delivery.wire.dns import Dns, DnsUnavailable, NoSuchDomain, Tlsa
from tenancy.fetch import Answer, FetchFailed
from tenancy.web_address import WebAddressRefused

Get = Callable[[str], Answer]


class State(StrEnum):
    """Whether it is there now."""

    FOUND = "found"
    MISSING = "missing"
    OTHER = "other"  # something else is in its place
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


def of_policy(domain: str, host: str, dns: Dns) -> Record:
    name, value = sts.record_name(domain), announcement(host)
    return Record("MTA-STS", "TXT", name, value, _txt_state(name, value, dns, begins="v=STSv1"))


def of_policy_file(domain: str, host: str, get: Get) -> State:
    """Whether the policy is where others look for it, as `get` sees it."""
    try:
        answer = get(sts.policy_url(domain))
    except (FetchFailed, WebAddressRefused):
        return State.UNKNOWN
    if answer.status != HTTPStatus.OK:
        return State.MISSING
    is_ours = answer.body == policy_text(host).encode() and answer.content_type == "text/plain"
    return State.FOUND if is_ours else State.OTHER


def of_reports(domain: str, dns: Dns) -> Record:
    """Where other servers report how their TLS with ours went (RFC 8460)."""
    name, value = f"_smtp._tls.{domain}", f"v=TLSRPTv1; rua=mailto:tls-reports@{domain}"
    return Record(
        "TLS reports", "TXT", name, value, _txt_state(name, value, dns, begins="v=TLSRPTv1")
    )


def of_key(host: str, certificate: Path, dns: Dns) -> Record:
    """The key that our mail server shows. Raises OSError or ValueError without a certificate there."""
    shown = x509.load_pem_x509_certificates(certificate.read_bytes())[0]
    key = Tlsa(3, 1, 1, dane.association(shown, selector=1, matching=1))
    name = f"_25._tcp.{host}"
    value = f"{key} {key.association.hex()}"
    return Record("DANE", "TLSA", name, value, _key_state(name, key, dns))


def of_sending_name(name: str, address: str, dns: Dns) -> Record:
    """That the name which we give in SMTP leads to where our mail comes from (RFC 5321 4.1.1.1)."""
    kind = "AAAA" if ":" in address else "A"
    return Record("Sending name", kind, name, address, _address_state(name, address, dns))


def _address_state(name: str, address: str, dns: Dns) -> State:
    try:
        found = dns.addresses(name)
    except NoSuchDomain:
        return State.MISSING
    except DnsUnavailable:
        return State.UNKNOWN
    same = [text for text in found if ip_address(text) == ip_address(address)]
    return State.FOUND if same else State.OTHER


def _txt_state(name: str, value: str, dns: Dns, *, begins: str) -> State:
    try:
        found = [text for text in dns.txt(name) if text.startswith(begins)]
    except NoSuchDomain:
        return State.MISSING
    except DnsUnavailable:
        return State.UNKNOWN
    if not found:
        return State.MISSING
    return State.FOUND if found == [value] else State.OTHER


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
