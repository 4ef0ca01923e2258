"""Facts about people, written by whoever learns them: delivery, the portal, forms, other systems."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from contacts.models import Activity, Contact
from tenancy import clock

BATCH_SIZE = 1_000


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that happened to a person; `detail` is sealed."""

    contact_id: UUID
    kind: str
    cause: str
    cause_id: UUID | None = None
    occurred_at: datetime = field(default_factory=clock.now)
    detail: dict[str, object] | None = None


def record_activity(
    contact: Contact,
    *,
    kind: str,
    cause: str,
    cause_id: UUID | None = None,
    detail: dict[str, object] | None = None,
) -> None:
    """Note that something happened to one person just now."""
    record_facts([Fact(contact.pk, kind, cause, cause_id, detail=detail)])


def record_facts(facts: Iterable[Fact]) -> None:
    """Note many at once, in the caller's transaction. Raises ValueError for an unknown kind."""
    rows = []
    for fact in facts:
        if fact.kind not in Activity.Kind.values:
            raise ValueError(f"not a kind of activity: {fact.kind}")
        rows.append(
            Activity(
                contact_id=fact.contact_id,
                kind=fact.kind,
                occurred_at=fact.occurred_at,
                cause=fact.cause,
                cause_id=fact.cause_id,
                detail=fact.detail,
            )
        )
    Activity.objects.bulk_create(rows, batch_size=BATCH_SIZE)
