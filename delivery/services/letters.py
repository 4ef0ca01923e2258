"""One letter to one person, written by a system: checked, looked through, and through the gate."""

from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from audit import services as audit
from audit.services import Actor
from compliance.facts import GateFacts
from compliance.gate import decide
from compliance.purposes import PURPOSE_RULES
from contacts import queries as contacts
from contacts.models import Contact
from delivery import audience
from delivery.escrow import file_kinds
from delivery.letters import checking, facts, scanning
from delivery.letters.words import LetterRefused, Writing
from delivery.models import Letter, LetterFile, Message, SingleSend
from delivery.must_arrive import promises
from delivery.routes import Way
from delivery.services.single import Planned, born
from tenancy import clock
from tenancy.ids import uuid7


@dataclass(frozen=True)
class Checked:
    """A letter that may go out as far as its words go, to however many people, each by itself."""

    writing: Writing
    domain: str
    sensitivity: int


def check(writing: Writing) -> Checked:
    """Raises LetterRefused for the first thing that may not go out."""
    checking.check(writing)
    domain = checking.sender_domain(writing.words)
    _check_deadline(writing)
    scan = scanning.scan(writing.words, writing.files)
    return Checked(writing, domain.domain, max(writing.sensitivity, scan.sensitivity))


def _check_deadline(writing: Writing) -> None:
    if writing.must_arrive_by is None:
        return
    sends_at = writing.send_at or clock.now()
    try:
        promises.check(writing.must_arrive_by, purpose=writing.purpose, sends_at=sends_at)
    except promises.DeadlineRefused as refusal:
        raise LetterRefused("must_arrive_by", str(refusal)) from None


@transaction.atomic
def send(letter: Checked, contact: Contact, *, actor: Actor) -> Message:
    """The message, queued or skipped with the gate's verdict.

    Raises LetterRefused if the portal would have to take what it does not, and then nothing has
    happened.
    """
    request = SingleSend.objects.create(id=uuid7(), asked_by=actor.id)
    stored = _stored(letter, contact, request)
    planned = _planned(letter, stored, contact.pk)
    message = born(request, contact, planned, due_at=letter.writing.send_at)
    if deadline_at := letter.writing.must_arrive_by:
        promises.promise([message], deadline_at=deadline_at)
    audit.record(
        "message.asked_for",
        actor=actor,
        on=message,
        purpose=stored.purpose,
        sensitivity=f"S{stored.sensitivity}",
        files=len(letter.writing.files),
        status=message.status,
    )
    return message


def _stored(letter: Checked, contact: Contact, request: SingleSend) -> Letter:
    writing = letter.writing
    stored = Letter.objects.create(
        send=request,
        contact=contact,
        purpose=writing.purpose,
        remuneration=writing.remuneration,
        sensitivity=letter.sensitivity,
        protection=writing.protection,
        words=writing.words.as_record(),
        labels=dict(writing.labels),
    )
    LetterFile.objects.bulk_create(
        LetterFile(
            letter=stored,
            position=position,
            name=file.name,
            media_type=file.media_type,
            content_id=file.content_id,
            size=len(file.content),
            content=file.content,
        )
        for position, file in enumerate(writing.files)
    )
    return stored


def _planned(letter: Checked, stored: Letter, contact_id: UUID) -> Planned:
    standing = contacts.person_facts(list(contacts.people([contact_id])))[contact_id]
    sending = facts.sending_facts(stored)
    verdict = decide(GateFacts(sending, standing))
    route = audience.route_of(verdict, sending, stored.protection, was_safe=True)
    fits = all(file_kinds.is_known(file.media_type) for file in letter.writing.files)
    if route.way is Way.PORTAL and not fits:
        raise LetterRefused(
            "files",
            "This person's messages go to the secure portal, which takes no file of such a kind. "
            "Send it as PDF, picture, text or office document.",
        )
    can_wait = PURPOSE_RULES[letter.writing.purpose].is_discretionary
    mail_class = Message.MailClass.BULK if can_wait else Message.MailClass.CARE
    return Planned(verdict, route, mail_class, letter.domain)
