"""Answers of patients, and who has dealt with them."""

from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet

from audit import services as audit
from audit.services import Actor, Touched
from contacts.services import looks
from delivery.escrow import reply_files
from delivery.models import Reply, ReplyFile
from delivery.reports.messages import Addressee, addressees
from tenancy import clock

PAGE_SIZE = 50
STATES = {"": "To answer", "automatic": "Automatic", "addressed": "To postmaster", "done": "Done"}
TO_ANSWER = Q(done_at=None, kind=Reply.Kind.WRITTEN)


@dataclass(frozen=True)
class Row:
    """A reply with the person whom the message was for, masked by the template."""

    reply: Reply
    addressee: Addressee | None


def in_state(state: str) -> QuerySet[Reply]:
    """Raises KeyError for an unknown state."""
    narrowed = {
        "": TO_ANSWER,
        "automatic": Q(done_at=None, kind=Reply.Kind.AUTOMATIC),
        "addressed": Q(done_at=None, kind=Reply.Kind.ADDRESSED),
        "done": Q(done_at__isnull=False),
    }[state]
    found: QuerySet[Reply] = Reply.objects.filter(narrowed)
    return found


def page(found: QuerySet[Reply], *, before: UUID | None) -> tuple[list[Row], UUID | None]:
    """Newest first, and where older ones begin."""
    if before is not None:
        found = found.filter(id__lt=before)
    replies = list(found.order_by("-id")[: PAGE_SIZE + 1])
    older = replies[PAGE_SIZE - 1].id if len(replies) > PAGE_SIZE else None
    return rows(replies[:PAGE_SIZE]), older


def rows(replies: list[Reply]) -> list[Row]:
    people = addressees(reply.message_id for reply in replies if reply.message_id)
    return [
        Row(reply, people.get(reply.message_id) if reply.message_id else None) for reply in replies
    ]


@transaction.atomic
def look(reply: Reply, *, actor: Actor) -> None:
    """Count and record one look at what was written. Raises TooManyLooks."""
    if reply.message is not None:
        looks.look_once(reply.message.contact, actor=actor)
    touched = Touched(classes=("reply",), rows=1)
    audit.record_reading("reply.revealed", actor=actor, on=reply, touched=touched)


@transaction.atomic
def save_file(file: ReplyFile, *, actor: Actor) -> bytes:
    """Counts as a look, like what was written. Raises TooManyLooks or FileInfected."""
    look(file.reply, actor=actor)
    return reply_files.opened(file, actor=actor)


@transaction.atomic
def set_done(reply: Reply, *, actor: Actor) -> None:
    """Somebody has dealt with it; a second time changes nothing."""
    reply = Reply.objects.select_for_update(of=("self",)).get(pk=reply.pk)
    if reply.done_at is not None:
        return
    reply.done_at, reply.done_by, reply.done_by_name = clock.now(), actor.id, actor.name
    reply.save(update_fields=["done_at", "done_by", "done_by_name"])
    audit.record("reply.done", actor=actor, on=reply)


@transaction.atomic
def set_waiting(reply: Reply, *, actor: Actor) -> None:
    """It was not dealt with after all."""
    reply = Reply.objects.select_for_update(of=("self",)).get(pk=reply.pk)
    reply.done_at, reply.done_by, reply.done_by_name = None, "", ""
    reply.save(update_fields=["done_at", "done_by", "done_by_name"])
    audit.record("reply.taken_up_again", actor=actor, on=reply)
