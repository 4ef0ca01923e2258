"""What a sender signs with, so that mail can also be encrypted to those who gave a certificate."""

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.serialization import Encoding
from django.db import transaction

from audit import services as audit
from audit.services import Actor
from compliance import withdrawals
from compliance.errors import CertificateRefused
from compliance.mail_certificates import Use, read_chain, require_valid
from compliance.models import Sender, SenderCertificate
from tenancy import clock


@transaction.atomic
def set_certificate(sender: Sender, chain: str, key: str, *, actor: Actor) -> SenderCertificate:
    """`chain` and `key` in PEM, the key without a password. It replaces another.

    Raises CertificateRefused, and then the other stays.
    """
    certificates = read_chain(chain)
    require_valid(certificates, Use.SIGNING, address=sender.address, now=clock.now())
    withdrawals.refuse_withdrawn(certificates)
    private_key = _key_of(certificates[0], key)
    SenderCertificate.objects.filter(sender=sender).delete()
    kept = SenderCertificate.objects.create(
        sender=sender,
        chain="".join(each.public_bytes(Encoding.PEM).decode() for each in certificates),
        private_key=private_key,
        expires_at=certificates[0].not_valid_after_utc,
    )
    audit.record(
        "sender.certificate_set",
        actor=actor,
        on=sender,
        fingerprint=withdrawals.fingerprint(certificates[0]),
    )
    return kept


@transaction.atomic
def remove_certificate(sender: Sender, *, actor: Actor) -> None:
    """Destroy the key: nothing of this sender is signed or encrypted by S/MIME any more."""
    removed, _ = SenderCertificate.objects.filter(sender=sender).delete()
    if removed:
        audit.record("sender.certificate_removed", actor=actor, on=sender)


@transaction.atomic
def withdraw_certificate(sender: Sender, *, actor: Actor) -> None:
    """Destroy the key, which others may have, and never take the certificate again. Repeat-safe."""
    kept = SenderCertificate.objects.select_for_update().filter(sender=sender).first()
    if kept is None:
        return
    own = read_chain(kept.chain)[0]
    withdrawals.withdraw(own)
    kept.delete()
    audit.record(
        "sender.certificate_withdrawn",
        actor=actor,
        on=sender,
        fingerprint=withdrawals.fingerprint(own),
    )


def _key_of(certificate: x509.Certificate, text: str) -> bytes:
    """PKCS 8 in PEM."""
    try:
        key = serialization.load_pem_private_key(text.encode(), password=None)
    except (ValueError, TypeError):
        raise CertificateRefused(
            "Paste the private key as text that begins with -----BEGIN PRIVATE KEY-----, "
            "without a password."
        ) from None
    if key.public_key() != certificate.public_key():
        raise CertificateRefused("The private key belongs to another certificate.")
    return key.private_bytes(
        Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
