"""Reads of people."""

from contacts.fields import Field
from contacts.queries.certificates import certificates_of
from contacts.queries.reachability import Reach, person_facts, reachability
from contacts.queries.schema import schema
from contacts.queries.searching import Page, find, page
from contacts.queries.second_address import (
    at_second_address,
    facts_at_second_address,
    second_address,
)
from contacts.queries.streaming import (
    Happening,
    Person,
    people,
    people_with_activity,
    shared_mailboxes,
)

__all__ = [
    "Field",
    "Happening",
    "Page",
    "Person",
    "Reach",
    "at_second_address",
    "certificates_of",
    "facts_at_second_address",
    "find",
    "page",
    "people",
    "people_with_activity",
    "person_facts",
    "reachability",
    "schema",
    "second_address",
    "shared_mailboxes",
]
