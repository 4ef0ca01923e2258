"""The certificate that a person gave the clinic, kept and taken away by staff."""

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from django.db import transaction

from audit import services as audit
from audit.services import Actor
from compliance import withdrawals
from compliance.mail_certificates import Use, read_chain, require_valid
from contacts.models import Contact, PersonCertificate
from tenancy import clock


@transaction.atomic
def keep_certificate(contact: Contact, text: str, *, actor: Actor) -> PersonCertificate:
    """From now on the person's mail may be encrypted to it; it replaces another.

    Raises CertificateRefused, and then the other stays.
    """
    chain = read_chain(text)
    require_valid(chain, Use.ENCRYPTING, address=_address(contact), now=clock.now())
    withdrawals.refuse_withdrawn(chain)
    PersonCertificate.objects.filter(contact=contact).delete()
    kept = PersonCertificate.objects.create(
        contact=contact, chain=_pem(chain), expires_at=chain[0].not_valid_after_utc
    )
    audit.record(
        "contact.certificate_kept",
        actor=actor,
        on=contact,
        fingerprint=withdrawals.fingerprint(chain[0]),
    )
    return kept


@transaction.atomic
def remove_certificate(contact: Contact, *, actor: Actor) -> None:
    """Nothing more is encrypted to it, until it is given again."""
    removed, _ = PersonCertificate.objects.filter(contact=contact).delete()
    if removed:
        audit.record("contact.certificate_removed", actor=actor, on=contact)


@transaction.atomic
def withdraw_certificate(contact: Contact, *, actor: Actor) -> None:
    """Nothing more is encrypted to it, for whomever it is kept: others may have its key. Repeat-safe."""
    kept = PersonCertificate.objects.select_for_update().filter(contact=contact).first()
    if kept is None:
        return
    own = read_chain(kept.chain)[0]
    withdrawals.withdraw(own)
    kept.delete()
    audit.record(
        "contact.certificate_withdrawn",
        actor=actor,
        on=contact,
        fingerprint=withdrawals.fingerprint(own),
    )


def _address(contact: Contact) -> str:
    return str(contact.identity.get("email") or "")


def _pem(chain: list[x509.Certificate]) -> str:
    return "".join(each.public_bytes(Encoding.PEM).decode() for each in chain)
