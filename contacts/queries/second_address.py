"""People at their second address: the first field of the workspace that holds an email address."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from compliance import queries as compliance
from compliance.facts import PersonFacts
from contacts.fields import Kind
from contacts.models import Attribute, Contact
from contacts.queries.reachability import person_facts
from contacts.queries.streaming import Person, people


def second_address(person: Person) -> str:
    """Empty if there is none, or it is the first one again."""
    first = str(person.identity.get("email") or "")
    fields = Attribute.objects.filter(type=Kind.EMAIL).order_by("created_at", "key")
    for key in fields.values_list("key", flat=True):
        address = str(person.attributes.get(key) or "")
        if address and address.lower() != first.lower():
            return address
    return ""


def at_second_address(contact_ids: Sequence[UUID]) -> list[Person]:
    """Those of the people who have one, as if it were their only one."""
    found = ((person, second_address(person)) for person in people(contact_ids))
    return [
        person._replace(identity={**person.identity, "email": address})
        for person, address in found
        if address
    ]


def facts_at_second_address(person: Person) -> dict[UUID, PersonFacts]:
    """The gate's half of the facts: the address may be suppressed, or be somebody else's first."""
    facts = person_facts([person])[person.contact_id]
    index = compliance.address_index(str(person.identity["email"]))
    others = Contact.objects.filter(email_index=index).exclude(pk=person.contact_id)
    return {person.contact_id: replace(facts, shares_address=others.exists())}
