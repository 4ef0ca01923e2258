"""Who gets mail in a batch: each person one message, of one kind, due in one round."""

import random
from typing import NamedTuple
from uuid import UUID

from contacts.entries import Entry
from contacts.models import Contact
from contacts.services.storing import store
from tests.chaos.letters import BY_NAME, KINDS, Kind
from tests.delivery.sending import freeze
from tests.factories.delivery import make_item, make_message

# In no address and no header: where it is read, somebody reads a message.
MARK = "Quartz"


class Person(NamedTuple):
    """`number` is in the given name; `round` says when the message is due."""

    contact_id: UUID
    number: int
    kind: Kind
    round: int


class _Invited(NamedTuple):
    kind: Kind
    round: int
    domain: str


def invite(rounds: int, chance: random.Random) -> list[Person]:
    """Store everybody, and make their messages: all kinds to the faulty server, two to the other."""
    invited = [
        _Invited(kind, number, f"{side}{number}.example")
        for number in range(rounds)
        for side, kinds in (("f", KINDS), ("h", chance.sample(KINDS, 2)))
        for kind in kinds
    ]
    # The campaign goes to everybody who is there when it is frozen.
    invited.sort(key=lambda each: each.kind.cause != "campaign")
    frozen = [each for each in invited if each.kind.cause == "campaign"]
    people = _stored(frozen, 0)
    freeze()
    people += _stored(invited[len(frozen) :], len(frozen))
    _write([person for person in people if person.kind.cause != "campaign"])
    return people


def _stored(invited: list[_Invited], first: int) -> list[Person]:
    entries = [
        Entry(
            {
                "external_id": f"P{number}",
                "given_name": f"{MARK}{number}",
                "family_name": each.kind.name,
                "email": f"p{number}@{each.domain}",
            },
            {"next_visit": "2027-02-01"} if each.kind is BY_NAME["reminder"] else {},
        )
        for number, each in enumerate(invited, first)
    ]
    stored = Contact.objects.in_bulk(list(store(entries).everyone.values())).values()
    ids = {str(contact.identity["external_id"]): contact.pk for contact in stored}
    return [
        Person(ids[f"P{number}"], number, each.kind, each.round)
        for number, each in enumerate(invited, first)
    ]


def _write(people: list[Person]) -> None:
    contacts = Contact.objects.in_bulk([person.contact_id for person in people])
    for person in people:
        contact = contacts[person.contact_id]
        if person.kind.cause == "notice":
            make_item(contact)
        else:
            make_message(
                contact,
                cause=person.kind.cause,
                mail_class=person.kind.mail_class,
                status="queued",
                route="",
                settled_at=None,
            )
