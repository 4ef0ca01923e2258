"""Who asked for email without full protection, and still does so for the address on file."""

from collections.abc import Sequence
from uuid import UUID

from compliance.facts import Acceptance, ConsentState
from contacts.models import ConsentRecord
from contacts.models.consent import UNPROTECTED
from contacts.queries.streaming import Person
from contacts.unprotected import LEVELS, Scope


def accepted_ways(people: Sequence[Person]) -> dict[UUID, Acceptance]:
    """What is enough for whom. No query at all while nobody among them asked."""
    asked = {
        person.contact_id: str(person.identity.get("email") or "").lower()
        for person in people
        if person.consents.get(UNPROTECTED) == ConsentState.GRANTED
    }
    if not asked:
        return {}
    rows = ConsentRecord.objects.filter(
        contact_id__in=list(asked), kind=ConsentRecord.Kind.UNPROTECTED
    )
    latest = {row.contact_id: row for row in rows.order_by("recorded_at")}
    return {
        contact_id: Acceptance(LEVELS[Scope(row.evidence["scope"])], row.pk)
        for contact_id, row in latest.items()
        # Another address is another way, of which the person was not warned.
        if row.evidence["mailbox"].lower() == asked[contact_id]
    }
