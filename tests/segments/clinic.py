"""People in a clinic's own tables, for the tests that need rows."""

from datetime import timedelta

from compliance.purposes import Purpose
from contacts.entries import Entry
from contacts.models import Activity, Attribute, Contact
from contacts.services.activity import Fact, record_facts
from contacts.services.storing import store
from tenancy import clock


def make_schema():
    Attribute.objects.bulk_create(
        [
            Attribute(
                key="plan",
                label="Plan",
                type="choice",
                phi_class="none",
                choices=["Gold", "Silver"],
            ),
            Attribute(key="city", label="City", type="text", phi_class="limited"),
            Attribute(key="smoker", label="Smoker", type="boolean", phi_class="special"),
        ]
    )


def add_people(*people):
    """Each is (given name, attributes); answers their ids in the same order."""
    ids = []
    for number, (name, attributes) in enumerate(people):
        identity = {
            "external_id": f"MRN-{number}",
            "given_name": name,
            "family_name": "Lovelace",
            "email": f"{name.lower()}@mail.example",
            "birth_date": "1960-05-01",
        }
        ids.extend(store([Entry(identity, attributes)]).created.values())
    return ids


def opened(contact_id, *, days_ago):
    at = clock.now() - timedelta(days=days_ago)
    record_facts([Fact(contact_id, Activity.Kind.OPENED, "campaign", occurred_at=at)])


def withdraw(contact_id, purpose=Purpose.MARKETING):
    Contact.objects.filter(pk=contact_id).update(consents={purpose: "withdrawn"})
