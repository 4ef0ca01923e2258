"""One person at a time: adding, changing, looking at what is protected."""

from django.db import transaction

from audit import services as audit
from audit.services import Actor, Touched
from compliance.queries import require_agreement
from contacts.entries import Entry
from contacts.models import Activity, Contact
from contacts.services import looks
from contacts.services.activity import record_activity
from contacts.services.storing import Stored, store
from tenancy.errors import DomainError


class RecordNumberTaken(DomainError):
    """Another contact has this record number."""


class ReasonNeeded(DomainError):
    """Protected values are shown for a reason only."""


@transaction.atomic
def add(entry: Entry, *, actor: Actor) -> Contact:
    """A new contact. Raises RecordNumberTaken, or AgreementRequired before the BAA is in force."""
    require_agreement()
    stored = store([entry])
    if not stored.created:
        raise RecordNumberTaken("A contact with this record number exists. Search for it.")
    (contact_id,) = stored.created.values()
    contact = Contact.objects.get(pk=contact_id)
    audit.record("contact.added", actor=actor, on=contact)
    return contact


@transaction.atomic
def change(contact: Contact, entry: Entry, *, actor: Actor) -> Contact:
    """Store what a person at a form said; fields left empty are cleared.

    Raises RecordNumberTaken when the number was changed to that of somebody else.
    """
    require_agreement()
    stored = store([entry])
    if contact.pk not in stored.everyone.values():
        raise RecordNumberTaken("The record number of a contact stays. Add a new contact instead.")
    if contact.pk in stored.changed.values():
        fields = sorted({*entry.identity, *entry.attributes, *entry.cleared})
        audit.record("contact.changed", actor=actor, on=contact, fields=fields)
        record_activity(contact, kind=Activity.Kind.CHANGED, cause=actor.kind)
    return Contact.objects.get(pk=contact.pk)


@transaction.atomic
def upsert(entries: list[Entry], *, actor: Actor) -> Stored:
    """Create or update each person by record number, as another system reports them."""
    require_agreement()
    stored = store(entries)
    audit.record(
        "contact.upserted", actor=actor, created=len(stored.created), changed=len(stored.changed)
    )
    return stored


@transaction.atomic
def reveal(contact: Contact, *, reason: str, classes: list[str], actor: Actor) -> None:
    """Note who looks at which classes of fields, and why; they are shown for five minutes.

    Raises ReasonNeeded, and TooManyLooks beyond the budget of an hour.
    """
    if len(reason.strip()) < 4:
        raise ReasonNeeded("Say why you need to see this person's data.")
    looks.begin_reveal(contact, actor=actor)
    audit.record_reading(
        "contact.revealed",
        actor=actor,
        on=contact,
        touched=Touched(classes=tuple(classes), rows=1),
        reason=reason.strip(),
        classes=classes,
    )
