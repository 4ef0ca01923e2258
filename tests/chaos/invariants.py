"""What must hold after a batch, from the tables and from what the servers stored."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple
from uuid import UUID

from django.conf import settings

from delivery.models import EscrowItem, Message
from tests.chaos.people import MARK, Person
from tests.smtp_server import FaultServer, Stored

MESSAGE_ID = re.compile(rb"(?mi)^Message-ID: *(<[^>\r\n]+>)")
RETURN_PATH = re.compile(rb"b\+([0-9a-f]{32})")
Status = Message.Status
SETTLED = frozenset({Status.SENT, Status.ESCROWED, Status.FAILED, Status.UNCERTAIN})


class Life(NamedTuple):
    """One message as the tables tell it, and its copies."""

    message: Message
    person: Person
    copies: list[Stored]

    @property
    def is_open(self) -> bool:
        """Whether it may be read on the way: a notice of whatever it is about, or open mail."""
        return self.message.cause == Message.Cause.NOTICE or self.person.kind.is_open

    def __str__(self) -> str:
        return f"{self.person.kind.name} of round {self.person.round} ({self.message.status})"


def lives(people: Sequence[Person], servers: Sequence[FaultServer]) -> list[Life]:
    """Of everything that was to be sent; what a notice leads to was never to."""
    by_contact = {person.contact_id: person for person in people}
    copies: dict[str, list[Stored]] = defaultdict(list)
    for server in servers:
        for stored in server.stored:
            copies[_message_id(stored)].append(stored)
    messages = [
        message
        for message in Message.objects.filter(contact__in=by_contact)
        if not (
            by_contact[message.contact_id].kind.cause == "notice" and message.cause == "campaign"
        )
    ]
    return [
        Life(message, by_contact[message.contact_id], copies.get(message.message_id, []))
        for message in messages
    ]


def violations(
    people: Sequence[Person], lives: Sequence[Life], servers: Sequence[FaultServer], tenant: UUID
) -> list[str]:
    """One sentence for each broken promise."""
    causes = {(life.person.contact_id, life.message.cause) for life in lives}
    missing = [p for p in people if (p.contact_id, p.kind.cause) not in causes]
    found = [f"lost: no message of {person}" for person in missing]
    portal = set(EscrowItem.objects.values_list("message_id", flat=True))
    for life in lives:
        found += [f"{what}: {life}" for what in (*_lost(life, portal), *_doubled(life))]
    found += _in_clear({life.message.id: life for life in lives}, servers)
    left = list((Path(settings.DELIVERY_JOURNAL_DIR) / str(tenant)).glob("*"))
    return found + ["a journal is left behind"] * len(left)


def _lost(life: Life, portal: set[UUID]) -> Iterator[str]:
    message = life.message
    if message.status not in SETTLED:
        yield "lost, as nothing settled it"
    if message.status == Status.SENT and not life.copies:
        yield "lost, though it is told as sent"
    if message.status == Status.FAILED and not message.reason:
        yield "lost without a reason"
    if message.status == Status.ESCROWED and message.id not in portal:
        yield "lost, as nothing is in the portal"


def _doubled(life: Life) -> Iterator[str]:
    message, times = life.message, len(life.copies)
    if message.uncertain_at is None:
        if message.status != Status.SENT and times:
            yield "stored, though it is told otherwise"
        if times > 1:
            yield f"stored {times} times, and nobody is told"
    if times > (1 if message.mail_class == Message.MailClass.BULK else 2):
        yield f"stored {times} times"
    if len({copy.digest for copy in life.copies}) > 1:
        yield "stored in two versions"
    if not life.is_open and not all(copy.over_tls for copy in life.copies):
        yield "stored in clear"


def _in_clear(by_id: Mapping[UUID, Life], servers: Sequence[FaultServer]) -> Iterator[str]:
    """Neither a word of what is protected, nor that there is something."""
    heard = heard_in_clear(servers)
    for digits in set(RETURN_PATH.findall(heard)):
        if not by_id[UUID(digits.decode())].is_open:
            yield f"announced in clear: {by_id[UUID(digits.decode())]}"
    closed = {
        f"{MARK}{each.person.number}" for each in by_id.values() if not each.person.kind.is_open
    }
    for word in set(re.findall(rb"%s\d+" % MARK.encode(), heard)):
        if word.decode() in closed:
            yield f"read in clear: {word.decode()}"


def heard_in_clear(servers: Sequence[FaultServer]) -> bytes:
    """Without the line ends that quoted-printable may put into a word."""
    chunks = [chunk for server in servers for chunk in server.in_clear]
    return b"".join(chunks).replace(b"=\r\n", b"")


def _message_id(stored: Stored) -> str:
    found = MESSAGE_ID.search(stored.data)
    return found[1].decode() if found else ""
