"""DANE for mail (RFC 7672): the key that a server shows is the one in its domain's signed records.

Only usages 3 (this very key) and 2 (an authority of the domain's own) mean anything between mail
servers; what lies in a browser's list of authorities plays no part.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256, sha512

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.verification import PolicyBuilder, Store, VerificationError

from delivery.wire.dns import Tlsa

TRUST_ANCHOR, END_ENTITY = 2, 3
WHOLE_CERTIFICATE, PUBLIC_KEY = 0, 1
# By matching type: what the record holds of the certificate or key, and how long that is.
DIGESTS: dict[int, Callable[[bytes], bytes]] = {
    0: bytes,
    1: lambda selected: sha256(selected).digest(),
    2: lambda selected: sha512(selected).digest(),
}
LENGTHS = {1: 32, 2: 64}
LONGEST_CHAIN = 10  # a server may send anything; nobody needs more
# What reading somebody's certificate can come to: these have no base of their own but Exception.
UNREADABLE = (
    ValueError,
    UnsupportedAlgorithm,
    x509.InvalidVersion,
    x509.DuplicateExtension,
    x509.UnsupportedGeneralNameType,
)


@dataclass(frozen=True)
class SignedKeys:
    """What the server must show: one of `records`, below `base`, the name that is asked for in TLS.

    `names` are those that count where an authority vouches (3.2.2): of the host, and of the domain.
    """

    base: str
    names: tuple[str, ...]
    records: tuple[Tlsa, ...]

    def matched(self, chain: Sequence[bytes], now: datetime) -> Tlsa | None:
        """The record that this chain of certificates (DER, the server's first) fulfills."""
        certificates = _read(chain)
        if not certificates:
            return None
        server, *others = certificates
        for record in self.records:
            # 3.1.1: whoever publishes the key itself vouches for it; names and dates add nothing.
            if record.usage == END_ENTITY and _is_meant(record, server):
                return record
            if record.usage == TRUST_ANCHOR and any(
                _is_meant(record, anchor) and self._leads_to(anchor, server, others, now)
                for anchor in others
            ):
                return record
        return None

    def _leads_to(
        self,
        anchor: x509.Certificate,
        server: x509.Certificate,
        others: list[x509.Certificate],
        now: datetime,
    ) -> bool:
        """Whether the authority vouches for the server, now, under one of the names."""
        policy = PolicyBuilder().store(Store([anchor])).time(now)
        for name in self.names:
            try:
                policy.build_server_verifier(x509.DNSName(name)).verify(server, others)
            except (VerificationError, *UNREADABLE):
                continue
            return True
        return False


def usable(records: Iterable[Tlsa]) -> tuple[Tlsa, ...]:
    """Those that this protocol can check; usages 0 and 1 mean nothing between mail servers (3.1.3).

    In one order, whatever that of the answer: sessions are kept for them.
    """
    return tuple(
        record
        for record in sorted(records)
        if record.usage in {TRUST_ANCHOR, END_ENTITY}
        and record.selector in {WHOLE_CERTIFICATE, PUBLIC_KEY}
        and record.matching in DIGESTS
        and len(record.association) == LENGTHS.get(record.matching, len(record.association))
        and record.association
    )


def association(certificate: x509.Certificate, *, selector: int, matching: int) -> bytes:
    """What a record with these numbers holds of the certificate (RFC 6698 2.1.4)."""
    if selector == WHOLE_CERTIFICATE:
        return DIGESTS[matching](certificate.public_bytes(Encoding.DER))
    key = certificate.public_key()
    return DIGESTS[matching](key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))


def _is_meant(record: Tlsa, certificate: x509.Certificate) -> bool:
    try:
        found = association(certificate, selector=record.selector, matching=record.matching)
    except UNREADABLE:  # a kind of key that nobody here knows
        return False
    return found == record.association


def _read(chain: Sequence[bytes]) -> list[x509.Certificate]:
    """Nothing if one of them is no certificate: then the chain proves nothing."""
    try:
        return [x509.load_der_x509_certificate(der) for der in chain[:LONGEST_CHAIN]]
    except UNREADABLE:
        return []
