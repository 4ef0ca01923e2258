"""TLS as a mail client needs it: what is offered, what is checked, and what is kept as evidence."""

import ssl
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from cryptography import x509

from delivery.wire.conversation import Conversation
from delivery.wire.dane import UNREADABLE, SignedKeys
from delivery.wire.levels import Evidence, Level, PolicyType, TlsFailure
from tenancy import clock

# NIST SP 800-52r2: ephemeral key exchange and AES-GCM. For TLS 1.3 and curves: config/openssl.cnf.
# Level 2: keys of RSA 2048 or better and no SHA-1 in signatures, whatever the system's default is.
CIPHERS = "ECDHE+AESGCM:DHE+AESGCM:@SECLEVEL=2"

DER = 2  # _ssl.ENCODING_DER
X509_EXPIRED, X509_WRONG_NAME = 10, 62  # OpenSSL's X509_V_ERR_CERT_HAS_EXPIRED, _HOSTNAME_MISMATCH
VERSION_REASONS = frozenset(
    {
        "UNSUPPORTED_PROTOCOL",
        "TLSV1_ALERT_PROTOCOL_VERSION",
        "WRONG_VERSION_NUMBER",
        "NO_PROTOCOLS_AVAILABLE",
    }
)


class TlsUnavailable(Exception):
    """The connection did not become what was asked. `failure` says why, `policy` who asked."""

    def __init__(self, failure: TlsFailure, policy: PolicyType = PolicyType.NONE) -> None:
        super().__init__(failure.value)
        self.failure, self.policy = failure, policy


@dataclass(frozen=True)
class Contexts:
    """One that verifies, and one for mail that may go to whoever answers."""

    verified: ssl.SSLContext
    unverified: ssl.SSLContext

    @classmethod
    def load(cls, ca_file: Path | None) -> "Contexts":
        """`ca_file` is trusted beside the system's authorities."""
        verified = _context()
        verified.load_default_certs()
        if ca_file:
            verified.load_verify_locations(ca_file)
        unverified = _context()
        unverified.check_hostname = False
        unverified.verify_mode = ssl.CERT_NONE
        return cls(verified, unverified)


def _context() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.options |= ssl.OP_NO_COMPRESSION | ssl.OP_NO_RENEGOTIATION
    context.set_ciphers(CIPHERS)
    context.hostname_checks_common_name = False
    return context


def shaken_hands(shaking: Conversation[None]) -> Conversation[None]:
    """The handshake. Raises TlsUnavailable with the kind of failure."""
    try:
        yield from shaking
    except ssl.SSLCertVerificationError as error:
        raise TlsUnavailable(_certificate_failure(error)) from None
    except ssl.SSLError as error:
        old = error.reason in VERSION_REASONS
        raise TlsUnavailable(TlsFailure.OLD_VERSION if old else TlsFailure.BROKEN_OFF) from None
    except TimeoutError:
        raise TlsUnavailable(TlsFailure.TIMED_OUT) from None
    except OSError:
        raise TlsUnavailable(TlsFailure.BROKEN_OFF) from None


def _certificate_failure(error: ssl.SSLCertVerificationError) -> TlsFailure:
    return {X509_EXPIRED: TlsFailure.EXPIRED, X509_WRONG_NAME: TlsFailure.WRONG_NAME}.get(
        error.verify_code, TlsFailure.UNTRUSTED
    )


def evidence_of(secured: ssl.SSLObject) -> Evidence:
    """What the handshake showed: read once for each connection."""
    der = secured.getpeercert(binary_form=True) or b""
    issuer, names, not_after = _described(der)
    cipher = secured.cipher()
    return Evidence(
        level=Level.T2 if secured.context.verify_mode == ssl.CERT_REQUIRED else Level.T1,
        version=secured.version() or "",
        cipher=cipher[0] if cipher else "",
        certificate_sha256=sha256(der).hexdigest(),
        issuer=issuer,
        names=names,
        not_after=not_after,
    )


def evidence_by(keys: SignedKeys, secured: ssl.SSLObject) -> Evidence:
    """As above, for a server that its domain's signed records vouch for. Raises TlsUnavailable."""
    record = keys.matched(_chain(secured), clock.now())
    if record is None:
        raise TlsUnavailable(TlsFailure.TLSA_INVALID)
    return replace(evidence_of(secured), level=Level.T4, policy=PolicyType.TLSA, tlsa=str(record))


def _chain(secured: ssl.SSLObject) -> list[bytes]:
    """All certificates that the server sent, its own first.

    Public in Python 3.13 (`get_unverified_chain`); the same function lies below it before that.
    """
    shown = secured._sslobj.get_unverified_chain() or ()  # type: ignore[attr-defined] # noqa: SLF001
    return [certificate.public_bytes(DER) for certificate in shown]


def _described(der: bytes) -> tuple[str, tuple[str, ...], datetime | None]:
    """Issuer, names, end. A certificate nobody verified may be any bytes: then nothing is known."""
    try:
        certificate = x509.load_der_x509_certificate(der)
        issuer, ends = certificate.issuer.rfc4514_string(), certificate.not_valid_after_utc
    except UNREADABLE:
        return "", (), None
    return issuer, _names_in(certificate), ends


def _names_in(certificate: x509.Certificate) -> tuple[str, ...]:
    try:
        alternative = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
        return tuple(alternative.value.get_values_for_type(x509.DNSName))
    except (x509.ExtensionNotFound, *UNREADABLE):
        return ()
