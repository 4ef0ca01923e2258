"""The demo's people: what is known about them, and what they agreed to."""

from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID

from audit.services import Actor
from compliance.purposes import Purpose
from contacts import services as contacts
from contacts.entries import Entry, record_number_index
from contacts.models import Contact
from contacts.services.consent import grant_unasked
from contacts.synthetic import ATTRIBUTES, People, SyntheticPerson
from tenancy import clock
from tenancy.keyring import current_keys

CHUNK = 1_000
SIGN_UP = contacts.Evidence(
    source="Registration form",
    wording="I agree that the clinic writes to me by email about this.",
    kept="Patient record",
)
REFUSAL = contacts.Evidence(source="Call to the front desk", wording="Please stop this mail.")
# So many of the people asked for the portal, whatever their mailbox proves.
PORTAL_EVERY = 100


def bring_in(count: int, *, seed: int, actor: Actor) -> None:
    """Invent `count` people and store them with their consents. Does nothing if there are any."""
    if Contact.objects.exists():
        return
    for field in ATTRIBUTES:
        contacts.define_attribute(
            label=field.label,
            kind=field.kind,
            phi_class=field.phi_class,
            choices=field.choices,
            actor=actor,
        )
    people = list(People(count, seed=seed, today=clock.now().date()))
    for start in range(0, len(people), CHUNK):
        _store(people[start : start + CHUNK], actor)


def _store(people: Sequence[SyntheticPerson], actor: Actor) -> None:
    keys = current_keys()
    entries = [
        Entry({**person.identity, "is_patient": person.is_patient}, person.attributes)
        for person in people
    ]
    ids = contacts.upsert(entries, actor=actor).everyone
    stored = Contact.objects.in_bulk(list(ids.values()))
    granted: dict[str, list[UUID]] = defaultdict(list)
    for number, person in enumerate(people):
        contact = stored[ids[record_number_index(keys, person.identity["external_id"])]]
        for purpose, state in person.consents.items():
            if state == "granted":
                granted[purpose].append(contact.pk)
            else:
                contacts.withdraw(
                    contact, purposes=[Purpose(purpose)], evidence=REFUSAL, actor=actor
                )
        if number % PORTAL_EVERY == 0:
            contacts.choose_route(contact, prefers_portal=True, actor=actor)
    for purpose, contact_ids in granted.items():
        grant_unasked(contact_ids, purposes=[purpose], evidence=SIGN_UP, actor=actor)
