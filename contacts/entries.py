"""What somebody says about a person, before it is stored: identity, attributes, and their merging."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import orjson

from contacts.addresses import email_lookup
from contacts.fields import BUILT_IN_KEYS, IDENTITY, STANDING, Field, Value
from contacts.importing.conversion import CellError, Column
from contacts.importing.dates import Order
from tenancy.errors import DomainError
from tenancy.keyring import TenantKeys

_IDENTITY_FIELDS = {each.key: each for each in (*IDENTITY, *STANDING)}


class EntryRefused(DomainError):
    """A value does not fit its field; `problems` has one sentence a field."""

    def __init__(self, problems: dict[str, str]) -> None:
        super().__init__("Some values do not fit their fields.")
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Entry:
    """Facts about one person. A key that is absent says nothing; a stored value then stays.

    `identity` may also hold is_patient and deceased_at; external_id is always there.
    """

    identity: dict[str, Value]
    attributes: dict[str, Value] = field(default_factory=dict)
    # Keys whose stored value is to go: only a person at a form can say so.
    cleared: frozenset[str] = frozenset()

    def merged_into(self, identity: dict[str, Value], attributes: dict[str, Value]) -> "Entry":
        """The stored person as it will be once this is known."""
        return Entry(
            {k: v for k, v in (identity | self.identity).items() if k not in self.cleared},
            {k: v for k, v in (attributes | self.attributes).items() if k not in self.cleared},
        )


@dataclass(frozen=True, slots=True)
class Content:
    """The bytes to seal, and their keyed fingerprint."""

    identity: bytes
    attributes: bytes
    fingerprint: bytes


def content_of(entry: Entry, fingerprint_key: bytes) -> Content:
    identity = orjson.dumps(entry.identity, option=orjson.OPT_SORT_KEYS)
    attributes = orjson.dumps(entry.attributes, option=orjson.OPT_SORT_KEYS)
    digest = hashlib.blake2b(identity + attributes, key=fingerprint_key, digest_size=16).digest()
    return Content(identity, attributes, digest)


def record_number_index(keys: TenantKeys, external_id: Value) -> bytes:
    return keys.blind_index("contact.external_id", str(external_id))


def email_index(keys: TenantKeys, address: Value | None) -> bytes | None:
    if not address:
        return None
    return keys.blind_index("contact.email", email_lookup(str(address)))


def phone_index(keys: TenantKeys, number: Value | None) -> bytes | None:
    return keys.blind_index("contact.phone", str(number)) if number else None


def read_entry(
    identity: Mapping[str, object],
    attributes: Mapping[str, object],
    *,
    schema: Sequence[Field],
    today: date,
) -> Entry:
    """Values as a form or the API sends them, converted to those of the fields.

    An empty value clears what is stored. Raises EntryRefused with a sentence for each bad value.
    """
    fields = {each.key: each for each in schema}
    said: dict[str, Value] = {}
    problems: dict[str, str] = {}
    cleared: set[str] = set()
    for key, value in {**attributes, **identity}.items():
        known = _IDENTITY_FIELDS.get(key) if key in identity else fields.get(key)
        if known is None:
            problems[key] = "There is no such field."
            continue
        found = Column(known, Order.NOT_SHOWN, today)["" if value is None else str(value)]
        if isinstance(found, CellError):
            problems[key] = str(found)
        elif found is None:
            cleared.add(key)
        else:
            said[key] = found
    if "external_id" not in said and "external_id" not in problems:
        problems["external_id"] = "A record number is needed."
    if problems:
        raise EntryRefused(problems)
    return Entry(
        {key: value for key, value in said.items() if key in BUILT_IN_KEYS},
        {key: value for key, value in said.items() if key not in BUILT_IN_KEYS},
        frozenset(cleared),
    )
