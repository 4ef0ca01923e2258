"""Certificates for S/MIME that a workspace withdrew: the key was lost or stolen, whatever its authority says."""

from collections.abc import Iterable, Sequence

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256

from compliance.errors import CertificateRefused
from compliance.models import WithdrawnCertificate
from tenancy.keyring import current_keys


def fingerprint(certificate: x509.Certificate) -> str:
    return certificate.fingerprint(SHA256()).hex()


def withdraw(certificate: x509.Certificate) -> None:
    """From now on nothing is encrypted to it or signed with it. In the caller's transaction."""
    WithdrawnCertificate.objects.get_or_create(
        fingerprint_index=_index(certificate),
        defaults={"expires_at": certificate.not_valid_after_utc},
    )


def refuse_withdrawn(chain: Sequence[x509.Certificate]) -> None:
    """Raises CertificateRefused if the certificate, or one that vouches for it, was withdrawn."""
    if withdrawn_among(chain):
        raise CertificateRefused(
            "This certificate, or one of its issuers, was withdrawn here. Ask for a new one."
        )


def withdrawn_among(certificates: Iterable[x509.Certificate]) -> frozenset[str]:
    """The fingerprints of those that were withdrawn; one question for all of them."""
    indexes = {_index(each): fingerprint(each) for each in certificates}
    if not indexes:
        return frozenset()
    rows = WithdrawnCertificate.objects.filter(fingerprint_index__in=list(indexes))
    return frozenset(indexes[row.fingerprint_index] for row in rows)


def _index(certificate: x509.Certificate) -> bytes:
    return current_keys().blind_index("compliance.certificate", fingerprint(certificate))
