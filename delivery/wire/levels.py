"""How much a connection has proved about who is at its other end, and how it can fail to."""

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum, StrEnum


class Level(IntEnum):
    """Assurance, weakest first, so that `achieved >= required` is the whole check."""

    T0 = 0  # no TLS, or a version older than 1.2
    T1 = 1  # TLS with a certificate nobody vouches for
    T2 = 2  # certificate chain and MX name verified; the MX name itself came from unsigned DNS
    T3 = 3  # as T2, and the MX name is in the domain's enforced MTA-STS policy (RFC 8461)
    T4 = 4  # certificate matched to DNSSEC-signed TLSA records (RFC 7672)


class TlsFailure(StrEnum):
    """Why a host missed a level: result types of RFC 8460 4.3, three that may pass, and one of ours."""

    NOT_OFFERED = "starttls-not-supported"
    EXPIRED = "certificate-expired"
    WRONG_NAME = "certificate-host-mismatch"
    UNTRUSTED = "certificate-not-trusted"
    OLD_VERSION = "validation-failure"
    REFUSED_NOW = "starttls-refused-now"
    TIMED_OUT = "handshake-timed-out"
    BROKEN_OFF = "handshake-broken-off"
    NOT_PROMISED = "level-not-promised"  # verified TLS at most: the domain vouches for no server


# A server that offers no STARTTLS today will hardly do so in five minutes; a reset may be over.
STABLE_FAILURES = frozenset(
    {
        TlsFailure.NOT_OFFERED,
        TlsFailure.EXPIRED,
        TlsFailure.WRONG_NAME,
        TlsFailure.UNTRUSTED,
        TlsFailure.OLD_VERSION,
    }
)


@dataclass(frozen=True)
class Evidence:
    """What is kept about the protection of one connection, to be shown years later."""

    level: Level
    version: str
    cipher: str
    certificate_sha256: str
    issuer: str
    names: tuple[str, ...]
    not_after: datetime | None


NO_PROTECTION = Evidence(Level.T0, "", "", "", "", (), None)
