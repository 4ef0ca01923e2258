"""Finding people: exactly by a blind index, or by name over the opened identities."""

import unicodedata
from contextlib import suppress
from typing import NamedTuple
from uuid import UUID

import orjson
from django.db import connection, transaction

from contacts.addresses import AddressError, normalize_email, normalize_phone
from contacts.entries import email_index, phone_index, record_number_index
from contacts.models import Contact
from tenancy.keyring import current_keys
from tenancy.scope import current_tenant_id

PAGE_SIZE = 50
_CHUNK = 5_000
_LAST = UUID(int=2**128 - 1)


class Page(NamedTuple):
    """Contacts, newest first, and where the neighboring pages begin."""

    contacts: list[Contact]
    newer: UUID | None
    older: UUID | None


def page(*, older_than: UUID | None = None, newer_than: UUID | None = None) -> Page:
    """One page of the list, by cursor."""
    contacts = Contact.objects.all()
    if newer_than is not None:
        found = list(contacts.filter(id__gt=newer_than).order_by("id")[: PAGE_SIZE + 1])
        has_newer, found = len(found) > PAGE_SIZE, found[:PAGE_SIZE][::-1]
        return Page(found, found[0].id if has_newer else None, found[-1].id if found else None)
    rows = contacts.filter(id__lt=older_than) if older_than is not None else contacts
    found = list(rows.order_by("-id")[: PAGE_SIZE + 1])
    has_older, found = len(found) > PAGE_SIZE, found[:PAGE_SIZE]
    newer = found[0].id if older_than is not None and found else None
    return Page(found, newer, found[-1].id if has_older else None)


def find(text: str) -> list[Contact]:
    """Those whose email, phone or record number is `text`, else those with such a name; 50 at most."""
    text = text.strip()
    if not text:
        return []
    exact = _by_index(text)
    return exact or _by_name(text)


def _by_index(text: str) -> list[Contact]:
    keys = current_keys()
    found = Contact.objects.filter(external_id_index=record_number_index(keys, text))
    with suppress(AddressError):
        found |= Contact.objects.filter(email_index=email_index(keys, normalize_email(text)))
    with suppress(AddressError):
        found |= Contact.objects.filter(phone_index=phone_index(keys, normalize_phone(text)))
    return list(found.order_by("-id")[:PAGE_SIZE])


def _by_name(text: str) -> list[Contact]:
    """Every word of `text` begins a word of the name; accents and case do not matter."""
    words = _plain(text).split()
    matching: list[UUID] = []
    open_identity = current_keys().opener(table="contacts_contact", column="identity")
    last = _LAST
    while rows := _identities(last):
        for row_id, sealed in rows:
            identity = orjson.loads(open_identity(sealed, row_id))
            name = _plain(f"{identity.get('given_name', '')} {identity.get('family_name', '')}")
            if all(f" {word}" in f" {name}" for word in words):
                matching.append(row_id)
        last = rows[-1][0]
        if len(matching) >= PAGE_SIZE or len(rows) < _CHUNK:
            break
    return list(Contact.objects.filter(pk__in=matching[:PAGE_SIZE]).order_by("-id"))


def _identities(before: UUID) -> list[tuple[UUID, bytes]]:
    with transaction.atomic(), connection.connection.cursor(binary=True) as cursor:
        cursor.execute(
            "SELECT id, identity FROM contacts_contact "
            "WHERE tenant_id = %s::uuid AND id < %s::uuid ORDER BY id DESC LIMIT %s::int",
            [current_tenant_id(), before, _CHUNK],
        )
        rows: list[tuple[UUID, bytes]] = cursor.fetchall()
        return rows


def _plain(name: str) -> str:
    decomposed = unicodedata.normalize("NFKD", name.lower())
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))
