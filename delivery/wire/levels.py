"""How much a connection has proved about who is at its other end, and how it can fail to."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from tenancy.ranked import Ranked


class Level(Ranked):
    """Assurance, weakest first, so that `achieved >= required` is the whole check."""

    T0 = 0  # no TLS, or a version older than 1.2
    T1 = 1  # TLS with a certificate nobody vouches for
    T2 = 2  # certificate chain and MX name verified; the MX name itself came from unsigned DNS
    T2P = 5  # as T2, and a pin of the workspace or thirty days without a change say that it is the right name
    T3 = 3  # as T2, and the MX name is in the domain's enforced MTA-STS policy (RFC 8461)
    T4 = 4  # certificate matched to DNSSEC-signed TLSA records (RFC 7672)


class PolicyType(StrEnum):
    """By what a domain binds its servers: the policy types of RFC 8460 4.2."""

    NONE = "no-policy-found"
    STS = "sts"
    TLSA = "tlsa"
    PIN = "pin"  # ours: told to a workspace by whoever runs the domain's mail


class TlsFailure(StrEnum):
    """Why a host missed a level: result types of RFC 8460 4.3, three that may pass, and four of ours."""

    NOT_OFFERED = "starttls-not-supported"
    EXPIRED = "certificate-expired"
    WRONG_NAME = "certificate-host-mismatch"
    UNTRUSTED = "certificate-not-trusted"
    OLD_VERSION = "validation-failure"
    REFUSED_NOW = "starttls-refused-now"
    TIMED_OUT = "handshake-timed-out"
    BROKEN_OFF = "handshake-broken-off"
    TLSA_INVALID = "tlsa-invalid"  # the server's chain matches none of the signed TLSA records
    DNSSEC_INVALID = "dnssec-invalid"  # whether there are TLSA records could not be learned
    DANE_REQUIRED = "dane-required"  # T4 is asked of a host without signed TLSA records
    STS_FETCH_ERROR = "sts-policy-fetch-error"
    STS_INVALID = "sts-policy-invalid"
    STS_WEBPKI = "sts-webpki-invalid"  # the web server of the policy has no valid certificate
    NOT_NAMED = "sts-host-not-named"  # a mail server that the enforced policy does not name
    NOT_PROMISED = "level-not-promised"  # T3 is asked of a domain without an enforced policy
    NOT_PINNED = "host-not-pinned"  # a mail server that the pin of the workspace does not name
    UNPINNED = "level-not-pinned"  # T2P is asked of servers that nothing says are the right ones


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
# The domain's own policy forbids the host, or cannot be learned: an attack, or a mistake of the
# domain that it will hear of. Any other failure is one too, if the host was bound by a policy.
POLICY_FAILURES = frozenset(
    {
        TlsFailure.TLSA_INVALID,
        TlsFailure.DNSSEC_INVALID,
        TlsFailure.STS_FETCH_ERROR,
        TlsFailure.STS_INVALID,
        TlsFailure.STS_WEBPKI,
        TlsFailure.NOT_NAMED,
        TlsFailure.NOT_PINNED,
    }
)
# The message asks for more than the domain promises: no other try changes that.
NEVER_PROMISED = frozenset({TlsFailure.DANE_REQUIRED, TlsFailure.NOT_PROMISED, TlsFailure.UNPINNED})


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
    is_dnssec: bool = False  # name and addresses of the host came signed, and were checked
    policy: PolicyType = PolicyType.NONE  # which one the level rests on
    sts_id: str = ""
    requires_tls: bool = False  # its server was told to pass it on under verified TLS only
    tlsa: str = ""  # usage, selector and matching type of the record that the chain matched
    pin: str = ""  # the name or pattern of the workspace's pin that its host fits
    unchanged_since: str = ""  # the day since which the domain names the same servers, all verified


NO_PROTECTION = Evidence(Level.T0, "", "", "", "", (), None)
