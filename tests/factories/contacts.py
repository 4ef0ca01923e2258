"""People of Elm Street Clinic; a test names only what it is about."""

from contacts import services
from contacts.entries import Entry
from contacts.fields import Field, Value
from contacts.models import Attribute, Contact
from contacts.services.consent import Evidence
from contacts.services.storing import store
from contacts.synthetic import ATTRIBUTES
from tenancy.ids import uuid7

PAPER = Evidence(source="Registration form", wording="Yes, write to me.", kept="Cabinet 3")


def make_contact(**known: Value) -> Contact:
    """Ada, unless something else is said; what is not identity becomes an attribute."""
    identity: dict[str, Value] = {
        "external_id": f"EV-{uuid7().hex[-10:]}",
        "given_name": "Ada",
        "family_name": "Quennell",
        "email": "ada@harbourmail.example",
        "birth_date": "1968-07-09",
        "language": "en",
    }
    named = {*identity, "phone", "is_patient", "deceased_at"}
    identity |= {key: value for key, value in known.items() if key in named}
    attributes = {key: value for key, value in known.items() if key not in named}
    (contact_id,) = store([Entry(identity, attributes)]).everyone.values()
    return Contact.objects.get(pk=contact_id)


def make_schema(fields: tuple[Field, ...] = ATTRIBUTES) -> None:
    """The attributes of the synthetic people, as a tenant would define them."""
    Attribute.objects.bulk_create(
        Attribute(
            key=each.key,
            label=each.label,
            type=each.kind,
            phi_class=each.phi_class,
            choices=list(each.choices),
        )
        for each in fields
    )


def agree(contact: Contact, purpose: str, nurse, kind: str = "opt_in") -> None:
    services.record_consent(contact, purpose=purpose, kind=kind, evidence=PAPER, actor=nurse)
