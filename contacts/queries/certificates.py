"""Whose mail can be encrypted, and to what."""

from collections.abc import Iterable
from itertools import chain
from uuid import UUID

from cryptography import x509

from compliance import withdrawals
from compliance.errors import CertificateRefused
from compliance.mail_certificates import Use, read_chain, require_valid
from contacts.models import PersonCertificate
from contacts.queries.streaming import Person
from tenancy import clock


def certificates_of(people: Iterable[Person]) -> dict[UUID, x509.Certificate]:
    """The certificates that are valid now, and not withdrawn, for the addresses that people have now."""
    now = clock.now()
    addresses = {person.contact_id: str(person.identity.get("email") or "") for person in people}
    rows = PersonCertificate.objects.filter(contact__in=list(addresses), expires_at__gt=now)
    chains = {row.contact_id: read_chain(row.chain) for row in rows}
    withdrawn = withdrawals.withdrawn_among(chain.from_iterable(chains.values()))
    found = {}
    for contact_id, certificates in chains.items():
        if not withdrawn.isdisjoint(map(withdrawals.fingerprint, certificates)):
            continue
        try:
            require_valid(certificates, Use.ENCRYPTING, address=addresses[contact_id], now=now)
        except CertificateRefused:
            continue
        found[contact_id] = certificates[0]
    return found
