"""Rows of the contacts list, and the three numbers above it."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db import connection

from compliance.facts import GateFacts, Outcome
from compliance.gate import decide
from compliance.purposes import Purpose
from contacts.fields import Value
from contacts.models import Activity, Contact
from contacts.queries.reachability import for_purpose, health_details, person_facts
from contacts.queries.streaming import people

_WRITABLE = frozenset({Outcome.ALLOW, Outcome.PORTAL})


class LastActivity(NamedTuple):
    """What happened last to a person, in words."""

    label: str
    occurred_at: datetime


class ListRow(NamedTuple):
    """One line of the list."""

    contact_id: UUID
    identity: dict[str, Value]
    may_get_care: bool
    may_get_marketing: bool
    has_opted_out: bool
    last: LastActivity | None

    @property
    def name(self) -> str:
        parts = (self.identity.get("given_name"), self.identity.get("family_name"))
        return " ".join(str(part) for part in parts if part)


class Totals(NamedTuple):
    """How many people there are, and how many may be written to."""

    everybody: int
    care: int
    marketing: int


def list_rows(contacts: Sequence[Contact]) -> list[ListRow]:
    """The rows of these contacts, in their order; the number of queries does not grow with them."""
    ids = [contact.pk for contact in contacts]
    found = {person.contact_id: person for person in people(ids)}
    facts = person_facts(list(found.values()))
    last = _last_activity(ids)
    sending = health_details()
    care, marketing = (
        for_purpose(sending, purpose) for purpose in (Purpose.APPOINTMENT, Purpose.MARKETING)
    )
    return [
        ListRow(
            contact_id,
            found[contact_id].identity,
            decide(GateFacts(care, facts[contact_id])).outcome in _WRITABLE,
            decide(GateFacts(marketing, facts[contact_id])).outcome in _WRITABLE,
            found[contact_id].has_opted_out,
            last.get(contact_id),
        )
        for contact_id in ids
        if contact_id in found
    ]


def everybody() -> int:
    return Contact.objects.count()


def totals() -> Totals:
    """Counted over the whole tenant: who has an address in use and did not refuse.

    The gate looks closer at each person; this is what the list can promise.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*), "
            "count(*) FILTER (WHERE reachable AND consents->>'appointment' IS DISTINCT FROM 'withdrawn'), "
            "count(*) FILTER (WHERE reachable AND (authorizations ? 'marketing' "
            "  OR (NOT is_patient AND consents->>'marketing' = 'granted'))) "
            "FROM (SELECT *, email_index IS NOT NULL AND NOT has_opted_out AND deceased_at IS NULL "
            "  AND NOT EXISTS (SELECT 1 FROM compliance_suppression s "
            "    WHERE s.tenant_id = c.tenant_id AND s.address_index = c.email_index) AS reachable "
            "FROM contacts_contact c) AS people"
        )
        return Totals(*cursor.fetchone())


def _last_activity(ids: list[UUID]) -> dict[UUID, LastActivity]:
    latest = (
        Activity.objects.filter(contact__in=ids)
        .order_by("contact_id", "-occurred_at")
        .distinct("contact_id")
        .values_list("contact_id", "kind", "occurred_at")
    )
    return {
        contact_id: LastActivity(Activity.Kind(kind).label, occurred_at)
        for contact_id, kind, occurred_at in latest
    }
