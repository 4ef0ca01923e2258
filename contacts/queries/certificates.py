"""Whose mail can be encrypted, and to what."""

from collections.abc import Iterable
from uuid import UUID

from cryptography import x509

from compliance.errors import CertificateRefused
from compliance.mail_certificates import read_chain, require_valid
from contacts.models import PersonCertificate
from contacts.queries.streaming import Person
from tenancy import clock


def certificates_of(people: Iterable[Person]) -> dict[UUID, x509.Certificate]:
    """The certificates that are valid now for the addresses that people have now."""
    now = clock.now()
    addresses = {person.contact_id: str(person.identity.get("email") or "") for person in people}
    rows = PersonCertificate.objects.filter(contact__in=list(addresses), expires_at__gt=now)
    found = {}
    for row in rows:
        chain = read_chain(row.chain)
        try:
            require_valid(chain, address=addresses[row.contact_id], now=now)
        except CertificateRefused:
            continue
        found[row.contact_id] = chain[0]
    return found
