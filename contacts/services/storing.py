"""Storing what is said about people, many at a time; what did not change is not written.

COPY cannot write to a table under row-level security, so rows are copied to a temporary table that
ends with the transaction, and inserted from there.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import orjson
from django.db import connection, transaction

from contacts.entries import (
    Content,
    Entry,
    content_of,
    email_index,
    phone_index,
    record_number_index,
)
from contacts.fields import Value
from tenancy import clock
from tenancy.ids import uuid7
from tenancy.keyring import TenantKeys, current_keys

_TABLE = "contacts_contact"
_INCOMING = """
CREATE TEMPORARY TABLE contacts_incoming (
    id uuid, identity bytea, attributes bytea, external_id_index bytea, email_index bytea,
    phone_index bytea, content_hash bytea, is_patient boolean, deceased_at timestamptz
) ON COMMIT DROP
"""
_TYPES = ["uuid", *["bytea"] * 6, "bool", "timestamptz"]
# A row whose id differs was made by somebody else meanwhile: its seals would not open under that id.
_MERGE = """
INSERT INTO contacts_contact AS stored (
    id, tenant_id, identity, attributes, external_id_index, email_index, phone_index, content_hash,
    is_patient, deceased_at, consents, authorizations, has_opted_out, prefers_portal, created_at,
    updated_at)
SELECT id, %s::uuid, identity, attributes, external_id_index, email_index, phone_index, content_hash,
    is_patient, deceased_at, '{}', '{}', false, false, %s::timestamptz, %s::timestamptz
FROM contacts_incoming ORDER BY external_id_index
ON CONFLICT (tenant_id, external_id_index) DO UPDATE SET
    identity = excluded.identity, attributes = excluded.attributes,
    email_index = excluded.email_index, phone_index = excluded.phone_index,
    content_hash = excluded.content_hash, is_patient = excluded.is_patient,
    deceased_at = coalesce(stored.deceased_at, excluded.deceased_at),
    updated_at = excluded.updated_at
WHERE stored.id = excluded.id
RETURNING external_id_index
"""


@dataclass(slots=True)
class Stored:
    """What became of a batch: record number (as a blind index) → contact, by what happened."""

    created: dict[bytes, UUID] = field(default_factory=dict)
    changed: dict[bytes, UUID] = field(default_factory=dict)
    same: dict[bytes, UUID] = field(default_factory=dict)

    @property
    def everyone(self) -> dict[bytes, UUID]:
        return self.created | self.changed | self.same


class _Change(NamedTuple):
    contact_id: UUID
    is_new: bool
    entry: Entry
    content: Content


@transaction.atomic
def store(entries: Iterable[Entry]) -> Stored:
    """Create or update a contact for each entry. Of entries with one record number, the last counts.

    Who may call this, and whether an agreement is in force, is decided by the caller.
    """
    keys = current_keys()
    waiting = by_record_number(entries, keys)
    stored = Stored()
    while waiting:
        changes = changes_for(waiting, keys, stored)
        written = merge(rows_for(changes, keys), keys.tenant_id)
        for index, change in changes.items():
            if index in written:
                (stored.created if change.is_new else stored.changed)[index] = change.contact_id
        waiting = {index: waiting[index] for index in changes if index not in written}
    return stored


def preview(entries: Iterable[Entry]) -> Stored:
    """What `store` would do; nothing is written."""
    keys = current_keys()
    waiting = by_record_number(entries, keys)
    seen = Stored()
    for index, change in changes_for(waiting, keys, seen).items():
        (seen.created if change.is_new else seen.changed)[index] = change.contact_id
    return seen


def by_record_number(entries: Iterable[Entry], keys: TenantKeys) -> dict[bytes, Entry]:
    return {record_number_index(keys, entry.identity["external_id"]): entry for entry in entries}


def changes_for(
    waiting: dict[bytes, Entry], keys: TenantKeys, stored: Stored
) -> dict[bytes, _Change]:
    """The entries that make a difference; those that make none are noted as the same."""
    fingerprint_key = keys.derive("contact-content")
    known = _known(list(waiting))
    changes: dict[bytes, _Change] = {}
    to_merge: dict[UUID, bytes] = {}
    for index, entry in waiting.items():
        content = content_of(entry, fingerprint_key)
        if index not in known:
            changes[index] = _Change(uuid7(), is_new=True, entry=entry, content=content)
            continue
        contact_id, fingerprint = known[index]
        if content.fingerprint == fingerprint and not entry.cleared:
            stored.same[index] = contact_id
        else:
            to_merge[contact_id] = index
    for contact_id, person in _people(list(to_merge), keys):
        index = to_merge[contact_id]
        merged = waiting[index].merged_into(person.identity, person.attributes)
        content = content_of(merged, fingerprint_key)
        if content.fingerprint == known[index][1]:
            stored.same[index] = contact_id
        else:
            changes[index] = _Change(contact_id, is_new=False, entry=merged, content=content)
    return changes


def _known(indexes: list[bytes]) -> dict[bytes, tuple[UUID, bytes]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT external_id_index, id, content_hash FROM contacts_contact "
            "WHERE external_id_index = ANY(%s::bytea[])",
            [indexes],
        )
        return {
            bytes(index): (row_id, bytes(print_)) for index, row_id, print_ in cursor.fetchall()
        }


def _people(contact_ids: list[UUID], keys: TenantKeys) -> Iterator[tuple[UUID, Entry]]:
    """The stored people, opened and locked until the transaction ends."""
    if not contact_ids:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, identity, attributes FROM contacts_contact "
            "WHERE id = ANY(%s::uuid[]) ORDER BY id FOR UPDATE",
            [contact_ids],
        )
        for row_id, identity, attributes in cursor.fetchall():
            yield (
                row_id,
                Entry(
                    _opened(keys, identity, "identity", row_id),
                    _opened(keys, attributes, "attributes", row_id),
                ),
            )


def _opened(keys: TenantKeys, sealed: bytes, column: str, row_id: UUID) -> dict[str, Value]:
    values: dict[str, Value] = orjson.loads(
        keys.unseal(bytes(sealed), table=_TABLE, column=column, row=row_id)
    )
    return values


def rows_for(changes: dict[bytes, _Change], keys: TenantKeys) -> list[Sequence[object]]:
    """What goes over the wire: sealed and indexed."""
    now = clock.now()
    return [_row(index, change, keys, now) for index, change in changes.items()]


def merge(rows: list[Sequence[object]], tenant_id: UUID) -> set[bytes]:
    """Copy and merge in one statement; answers the record numbers that were written."""
    if not rows:
        return set()
    now = clock.now()
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS contacts_incoming")
        cursor.execute(_INCOMING)
        with cursor.copy("COPY contacts_incoming FROM STDIN (FORMAT BINARY)") as copy:
            copy.set_types(_TYPES)
            for row in rows:
                copy.write_row(row)
        cursor.execute(_MERGE, [tenant_id, now, now])
        return {bytes(row[0]) for row in cursor.fetchall()}


def _row(index: bytes, change: _Change, keys: TenantKeys, now: datetime) -> Sequence[object]:
    contact_id, _, entry, content = change
    identity = entry.identity
    return (
        contact_id,
        keys.seal(content.identity, table=_TABLE, column="identity", row=contact_id),
        keys.seal(content.attributes, table=_TABLE, column="attributes", row=contact_id),
        index,
        email_index(keys, identity.get("email")),
        phone_index(keys, identity.get("phone")),
        content.fingerprint,
        bool(identity.get("is_patient", True)),
        now if identity.get("deceased_at") else None,
    )
