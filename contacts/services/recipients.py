"""Whom an address means, when another system writes to it."""

from django.db import connection, transaction

from audit.services import Actor
from compliance.queries import require_agreement
from contacts.addresses import AddressError, email_lookup, normalize_email
from contacts.entries import Entry, EntryRefused, email_index, read_entry, record_number_index
from contacts.models import Contact
from contacts.services import people
from tenancy import clock
from tenancy.errors import DomainError
from tenancy.ids import uuid7
from tenancy.keyring import current_keys


class RecipientUnclear(DomainError):
    """The address cannot be used, or does not say who is meant."""


@transaction.atomic
def recipient(address: str, *, name: str = "", actor: Actor) -> Contact:
    """The person with this address; somebody new becomes a contact, taken for a patient.

    Two calls at once make one contact. Raises RecipientUnclear if several people share the address,
    or AgreementRequired.
    """
    require_agreement()
    try:
        address = normalize_email(address)
    except AddressError as error:
        raise RecipientUnclear(str(error)) from None
    index = email_index(current_keys(), address) or b""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [index.hex()])
    found = list(Contact.objects.filter(email_index=index)[:2])
    if len(found) > 1:
        raise RecipientUnclear(
            "Several people read this mailbox. Say who is meant by their record number."
        )
    return found[0] if found else people.add(_entry(address, name), actor=actor)


def person_with(record_number: str, *, address: str = "") -> Contact:
    """The person with this record number. Raises RecipientUnclear if the address is not theirs."""
    index = record_number_index(current_keys(), record_number)
    contact = Contact.objects.filter(external_id_index=index).first()
    if contact is None:
        raise RecipientUnclear("There is nobody with this record number. Send the person first.")
    known = str(contact.identity.get("email") or "")
    if address and email_lookup(known) != email_lookup(address):
        raise RecipientUnclear("The address is not the one on file for this person.")
    return contact


def _entry(address: str, name: str) -> Entry:
    """Named as the sender of the message did, if that can be a name."""
    said = {"external_id": f"API-{uuid7().hex}", "email": address}
    given, _, family = name.strip().rpartition(" ")
    named = {"given_name": given or family, "family_name": family if given else ""}
    today = clock.now().date()
    try:
        return read_entry({**said, **named}, {}, schema=(), today=today)
    except EntryRefused:
        return read_entry(said, {}, schema=(), today=today)
