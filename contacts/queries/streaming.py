"""People, opened and streamed: what segments evaluate, and what messages are rendered from."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

import orjson
from django.db import connection, transaction

from contacts.fields import Field, Value
from contacts.models import Activity
from tenancy import clock
from tenancy.keyring import current_keys
from tenancy.scope import current_tenant_id

PAGE_SIZE = 2_000

# The tenant is named, though no other's rows are seen: so the planner knows how many they are.
_PAGE = """
SELECT id, identity, attributes, consents::text, authorizations::text, is_patient,
    deceased_at IS NOT NULL, has_opted_out OR coalesce(paused_until > %s::timestamptz, false),
    prefers_portal, refuses_counting
FROM contacts_contact
WHERE tenant_id = %s::uuid AND id > %s::uuid AND (%s::uuid[] IS NULL OR id = ANY(%s::uuid[]))
ORDER BY id LIMIT %s::int
"""
_FIRST = UUID(int=0)
_NONE: frozenset[str] = frozenset()


class Happening(NamedTuple):
    """One fact of a person's activity."""

    kind: str
    occurred_at: datetime
    cause: str
    cause_id: UUID | None


class Person(NamedTuple):
    """One contact, opened. `authorizations` are the purposes with a signed paper in force today.

    `has_opted_out` also holds while the person has paused all mail.
    """

    contact_id: UUID
    identity: dict[str, Value]
    attributes: dict[str, Value]
    consents: dict[str, str]
    authorizations: frozenset[str]
    is_patient: bool
    is_deceased: bool
    has_opted_out: bool
    prefers_portal: bool
    refuses_counting: bool
    activity: Sequence[Happening] = ()

    def values_of(self, fields: Sequence[Field]) -> list[tuple[Field, Value | None]]:
        """What is known of the person for each of these fields, wherever it is kept."""
        known = {**self.attributes, **self.identity}
        return [(field, known.get(field.key)) for field in fields]


def people(contact_ids: Sequence[UUID] | None = None) -> Iterator[Person]:
    """Everybody, or those named, in the order of their ids.

    Pages by key in short transactions, so that a long evaluation holds no snapshot open; memory
    holds one page.
    """
    named = None if contact_ids is None else list(contact_ids)
    last = _FIRST
    while page := _page(last, named):
        yield from page
        last = page[-1].contact_id
        if len(page) < PAGE_SIZE:
            return


def people_with_activity(
    contact_ids: Sequence[UUID] | None = None, *, since: datetime
) -> Iterator[Person]:
    """The same with what happened to each person since then, newest first."""
    batch: list[Person] = []
    for person in people(contact_ids):
        batch.append(person)
        if len(batch) == PAGE_SIZE:
            yield from _with_activity(batch, since)
            batch = []
    yield from _with_activity(batch, since)


def shared_mailboxes(contact_ids: Sequence[UUID]) -> set[UUID]:
    """Those of the contacts whose address another contact has too."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.id FROM contacts_contact c WHERE c.id = ANY(%s::uuid[]) AND EXISTS ("
            "SELECT 1 FROM contacts_contact o WHERE o.tenant_id = c.tenant_id "
            "AND o.email_index = c.email_index AND o.id <> c.id)",
            [list(contact_ids)],
        )
        return {row[0] for row in cursor.fetchall()}


def _page(after: UUID, named: list[UUID] | None) -> list[Person]:
    keys = current_keys()
    today = clock.now().date()
    # A binary cursor hands over sealed bytes as they are: their text form costs more than opening them.
    with transaction.atomic(), connection.connection.cursor(binary=True) as cursor:
        cursor.execute(_PAGE, [clock.now(), current_tenant_id(), after, named, named, PAGE_SIZE])
        rows = cursor.fetchall()
    open_identity = keys.opener(table="contacts_contact", column="identity")
    open_attributes = keys.opener(table="contacts_contact", column="attributes")
    return [
        Person(
            row_id,
            orjson.loads(open_identity(identity, row_id)),
            orjson.loads(open_attributes(attributes, row_id)),
            {} if consents == "{}" else orjson.loads(consents),
            _NONE if papers == "{}" else _in_force(orjson.loads(papers), today),
            *standing,
        )
        for row_id, identity, attributes, consents, papers, *standing in rows
    ]


def _in_force(papers: dict[str, str | None], today: date) -> frozenset[str]:
    """Purposes whose signed authorization has no last day, or has not reached it."""
    return frozenset(
        purpose
        for purpose, last_day in papers.items()
        if last_day is None or date.fromisoformat(last_day) >= today
    )


def _with_activity(batch: list[Person], since: datetime) -> Iterator[Person]:
    happenings: dict[UUID, list[Happening]] = defaultdict(list)
    rows = Activity.objects.filter(
        contact__in=[person.contact_id for person in batch], occurred_at__gte=since
    ).order_by("-occurred_at")
    for contact_id, kind, occurred_at, cause, cause_id in rows.values_list(
        "contact_id", "kind", "occurred_at", "cause", "cause_id"
    ):
        happenings[contact_id].append(Happening(kind, occurred_at, cause, cause_id))
    for person in batch:
        yield person._replace(activity=happenings.get(person.contact_id, ()))
