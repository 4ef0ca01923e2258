"""What a system asks for, whatever shape it came in: a text or a template, for one or more people."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from django.db import transaction

from accounts.models import ApiKey
from audit.services import Actor
from campaigns.models import Campaign
from compliance.facts import Sensitivity
from compliance.purposes import Purpose
from contacts import services as contacts
from contacts.models import Contact
from contacts.services import RecipientUnclear
from delivery.letters.words import LetterRefused, Mailbox, Writing
from delivery.models import Message
from delivery.services import letters
from delivery.services.single import Given, send_single
from integrations.models import LetterDefaults
from tenancy.errors import DomainError
from tenancy.ids import uuid7

MOST_PEOPLE = 100
# Each person gets files of their own, which are kept with the message.
MOST_BYTES = 50 * 1024 * 1024


@dataclass(frozen=True)
class Person:
    """One who is written to. The record number says who, where several people share a mailbox."""

    mailbox: Mailbox
    record_number: str = ""

    def contact(self, actor: Actor) -> Contact:
        """Raises RecipientUnclear."""
        address, name = self.mailbox
        if self.record_number:
            return contacts.person_with(self.record_number, address=address)
        return contacts.recipient(address, name=name, actor=actor)


@dataclass(frozen=True)
class Template:
    """An approved campaign, with values for its fields that are newer than what is on file."""

    campaign_id: UUID
    # Whom the system takes for the sender; the campaign has its own, and it has to be the same.
    sender: Mailbox
    values: Mapping[str, object] = field(default_factory=dict, repr=False)
    send_at: datetime | None = None
    labels: Mapping[str, object] = field(default_factory=dict, repr=False)
    must_arrive_by: datetime | None = None


@dataclass(frozen=True)
class Ask:
    people: Sequence[Person]
    what: Writing | Template


@transaction.atomic
def carry_out(ask: Ask, *, actor: Actor) -> list[Message]:
    """One message for each person, in their order; all of them or none.

    Raises LetterRefused with the field at fault, or another DomainError.
    """
    if not 0 < len(ask.people) <= MOST_PEOPLE:
        raise LetterRefused("to", f"Send to 1 to {MOST_PEOPLE} people at once.")
    refuse_heavy([ask])
    if isinstance(ask.what, Template):
        return _from_template(ask.people, ask.what, actor)
    return _in_own_words(ask.people, ask.what, actor)


def refuse_heavy(asks: Iterable[Ask]) -> None:
    """Raises LetterRefused if the files of what is carried out at once take too much together."""
    if sum(map(_weight, asks)) > MOST_BYTES:
        raise LetterRefused("files", "Send files of this size to fewer people at once.")


def _weight(ask: Ask) -> int:
    files = ask.what.files if isinstance(ask.what, Writing) else ()
    return sum(len(file.content) for file in files) * len(ask.people)


def _in_own_words(people: Sequence[Person], writing: Writing, actor: Actor) -> list[Message]:
    letter = letters.check(writing)
    return [letters.send(letter, contact, actor=actor) for contact in _contacts(people, actor)]


def _from_template(people: Sequence[Person], template: Template, actor: Actor) -> list[Message]:
    campaigns = Campaign.objects.select_related("segment", "sender__domain")
    campaign = campaigns.filter(pk=template.campaign_id).first()
    if campaign is None:
        raise LetterRefused("template", "There is no campaign with this id in the workspace.")
    if campaign.sender and campaign.sender.address != template.sender.address.lower():
        raise LetterRefused("sender", "The template has a sender of its own: send from that one.")
    given = Given(template.values, template.labels, template.send_at, template.must_arrive_by)
    return [
        send_single(campaign, contact, request_id=uuid7(), actor=actor, given=given)
        for contact in _contacts(people, actor)
    ]


def _contacts(people: Sequence[Person], actor: Actor) -> list[Contact]:
    """In the order of the people. Found in the order of their addresses, each of which is locked: two
    calls about the same people, named the other way round, would wait for each other.
    """
    found = {
        person: _contact(person, actor)
        for person in sorted(set(people), key=lambda each: each.mailbox.address.lower())
    }
    return [found[person] for person in people]


def _contact(person: Person, actor: Actor) -> Contact:
    try:
        return person.contact(actor)
    except RecipientUnclear as unclear:
        raise LetterRefused("to", str(unclear)) from None


class PurposeNeeded(DomainError):
    """Neither the letter nor the key says why it is sent."""


def with_defaults(writing: Writing, key: ApiKey, *, purpose: str) -> Writing:
    """The letter with what its key means when nothing is said; it never states less than the key.

    Raises PurposeNeeded.
    """
    defaults = defaults_of(key)
    purpose = purpose or defaults.purpose
    if not purpose:
        raise PurposeNeeded(
            "Say why it is sent: choose a purpose for the key in Settings, Mail from systems, or "
            "send one with each message."
        )
    least = Sensitivity(max(writing.sensitivity, defaults.sensitivity))
    return replace(writing, purpose=Purpose(purpose), sensitivity=least)


def defaults_of(key: ApiKey) -> LetterDefaults:
    return LetterDefaults.objects.filter(key=key).first() or LetterDefaults(key=key)
