"""The sandbox's name records, in the file that delivery's DNS door reads."""

import json
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path
from typing import TypedDict

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from dev.places import write_private
from dev.sandbox.postures import RETURNS_ADDRESS, RETURNS_NAME, MailServer

# As a resolver that checks signatures sees them: the root is signed, and this name wrongly so.
ROOT, CANARY = "", "dnssec-failed.org"
Tlsa = tuple[int, int, int, str]


class Zone(TypedDict):
    """Domain → MX, host → addresses, name → texts, service → keys; signed zones; broken names."""

    mx: dict[str, list[tuple[int, str]]]
    a: dict[str, list[str]]
    txt: dict[str, list[str]]
    tlsa: dict[str, list[Tlsa]]
    secure: list[str]
    servfail: list[str]


def write_zone(path: Path, servers: Iterable[MailServer], *, keys: dict[str, Tlsa]) -> None:
    """Write the servers' records; texts that are there already stay (published DKIM keys).

    `keys` are by the name of the service.
    """
    servers = list(servers)
    zone: Zone = {
        "mx": {domain: [(10, server.name)] for server in servers for domain in server.domains},
        "a": {server.name: [server.address] for server in servers}
        | {RETURNS_NAME: [RETURNS_ADDRESS]},
        "txt": {ROOT: []} | (json.loads(path.read_text())["txt"] if path.exists() else {}),
        "tlsa": {service: [key] for service, key in keys.items()},
        "secure": [ROOT, *(server.domains[0] for server in servers if server.publishes_key)],
        "servfail": [CANARY],
    }
    write_private(path, json.dumps(zone, indent=2))


def key_in(certificate: Path) -> Tlsa:
    """What a TLSA record says of the key in this file: "3 1 1", SHA-256 of the key (RFC 6698)."""
    key = x509.load_pem_x509_certificate(certificate.read_bytes()).public_key()
    der = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return 3, 1, 1, sha256(der).hexdigest()
