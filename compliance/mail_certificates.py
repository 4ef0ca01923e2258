"""Certificates for S/MIME (RFC 8550): read from what people paste, and judged before they are kept.

Whoever encrypts to a wrong certificate tells a stranger: each doubt is a refusal that says what to do.
"""

from collections.abc import Sequence
from datetime import datetime
from enum import Enum
from functools import cache
from pathlib import Path
from ssl import get_default_verify_paths

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.x509 import verification
from cryptography.x509.oid import ExtendedKeyUsageOID
from django.conf import settings

from compliance.errors import CertificateRefused

LEAST_RSA_BITS = 2048
LARGEST_TEXT = 32_768


class Use(Enum):
    """What the key does, as the bits of RFC 5280 4.2.1.3 name it; one of them is enough (RFC 8550 4.4.2)."""

    ENCRYPTING = ("key_encipherment",)
    SIGNING = ("digital_signature", "content_commitment")


FOR_MAIL = frozenset(
    {ExtendedKeyUsageOID.EMAIL_PROTECTION, ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE}
)


def read_chain(text: str) -> list[x509.Certificate]:
    """The certificates in PEM, the owner's own first. Raises CertificateRefused."""
    if len(text) > LARGEST_TEXT:
        raise CertificateRefused("This is too long for a certificate and its issuers.")
    try:
        return x509.load_pem_x509_certificates(text.encode())
    except ValueError:
        raise CertificateRefused(
            "Paste the certificate as text that begins with -----BEGIN CERTIFICATE-----."
        ) from None


def require_valid(
    chain: Sequence[x509.Certificate], use: Use, *, address: str, now: datetime
) -> None:
    """Raises CertificateRefused unless mail to or from this address may rely on the certificate."""
    own = chain[0]
    if now >= own.not_valid_after_utc:
        raise CertificateRefused("The certificate has expired. Ask for the present one.")
    if now < own.not_valid_before_utc:
        raise CertificateRefused("The certificate is not valid yet. Add it when it is.")
    key = own.public_key()
    if not isinstance(key, RSAPublicKey) or key.key_size < LEAST_RSA_BITS:
        raise CertificateRefused(
            f"We take RSA keys of at least {LEAST_RSA_BITS} bits. Ask for such a certificate."
        )
    if not _is_for_mail(own, use):
        raise CertificateRefused(
            f"The certificate is not made for {use.name.lower()} email. Ask for one that is."
        )
    if not _names(own, address):
        raise CertificateRefused("The certificate names another email address.")
    _require_trusted(chain, now)


def _is_for_mail(certificate: x509.Certificate, use: Use) -> bool:
    """RFC 8550 4.4.2 and 4.4.4: a usage that is stated has to allow it."""
    try:
        usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
        if not any(getattr(usage, bit) for bit in use.value):
            return False
    except x509.ExtensionNotFound:
        pass
    try:
        purposes = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except x509.ExtensionNotFound:
        return False
    return not FOR_MAIL.isdisjoint(purposes)


def _names(certificate: x509.Certificate, address: str) -> bool:
    """Only as an alternative name: what a subject says is text (RFC 8550 3)."""
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return False
    named = names.get_values_for_type(x509.RFC822Name)
    return address.casefold() in {name.casefold() for name in named}


def _require_trusted(chain: Sequence[x509.Certificate], now: datetime) -> None:
    policy = verification.PolicyBuilder().store(_anchors(settings.SMIME_CA_FILE)).time(now)
    verifier = policy.extension_policies(
        ca_policy=verification.ExtensionPolicy.webpki_defaults_ca(),
        ee_policy=verification.ExtensionPolicy.permit_all(),
    ).build_client_verifier()
    try:
        verifier.verify(chain[0], list(chain[1:]))
    except verification.VerificationError:
        raise CertificateRefused(
            "No authority that we trust vouches for the certificate. Paste the certificates of its "
            "issuers behind it, or ask for one of a public authority."
        ) from None


@cache
def _anchors(file: str) -> verification.Store:
    """The operator's file of authorities, else the system's."""
    place = file or get_default_verify_paths().cafile or get_default_verify_paths().openssl_cafile
    return verification.Store(x509.load_pem_x509_certificates(Path(place).read_bytes()))
