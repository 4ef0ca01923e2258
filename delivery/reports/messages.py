"""Single messages: lists of them with their people, and the whole story of one."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from campaigns.models import Campaign
from campaigns.queries import naming
from compliance.queries import address_index
from contacts import queries as contacts
from contacts.models import Contact
from delivery import moving
from delivery.models import EscrowEvent, EscrowItem, Message, MessageEvent, MustArrive, SingleSend
from delivery.queries.due import STOPPED
from delivery.reports import story
from delivery.reports.figures import Group, outcome_of
from delivery.reports.reasons import in_words
from delivery.tracking import queries as tracking
from tenancy import clock

PAGE_SIZE, OF_CONTACT = 50, 10
Kind = MessageEvent.Kind
# What a try that is followed by another one leaves behind.
TRIED = (Kind.DEFERRED, Kind.UNSAFE, Kind.UNCERTAIN)


@dataclass(frozen=True)
class Row:
    """A message in a list. Name and address are masked by the template."""

    message: Message
    name: str
    address: str
    outcome: str
    reason: str
    # The campaign that it is of, by name, or what made it.
    title: str
    campaign_id: UUID | None


@dataclass(frozen=True)
class Addressee:
    """The person a message is for. The name is masked by the template."""

    contact_id: UUID
    name: str


@dataclass(frozen=True)
class Page:
    rows: list[Row]
    older: UUID | None


@dataclass(frozen=True)
class Wait:
    """When a message that has not left is looked at again; None while its campaign is stopped."""

    next_at: datetime | None
    is_retry: bool
    may_move: bool


@dataclass(frozen=True)
class Story:
    row: Row
    moments: list[story.Moment]
    proof: story.Proof | None
    item: EscrowItem | None
    notice: Message | None
    # What a notice leads to.
    announced_id: UUID | None
    wait: Wait | None
    promise: MustArrive | None


def page(messages: QuerySet[Message], *, before: UUID | None, size: int = PAGE_SIZE) -> Page:
    """Newest first; ids are made in the order of time."""
    found = messages.order_by("-id")
    if before is not None:
        found = found.filter(id__lt=before)
    shown = list(found[: size + 1])
    older = shown[size - 1].id if len(shown) > size else None
    return Page(_rows(shown[:size]), older)


def cursor(said: str) -> UUID | None:
    """Where a page begins. What is no id begins with the newest."""
    try:
        return UUID(said)
    except ValueError:
        return None


def of_contact(contact: Contact) -> QuerySet[Message]:
    """What was meant for the person's own mailbox: a test shows their data to a colleague."""
    messages: QuerySet[Message] = Message.objects.filter(contact=contact).exclude(
        mail_class=Message.MailClass.CODE
    )
    return messages.exclude(cause=Message.Cause.TEST)


def search(wanted: str) -> QuerySet[Message]:
    """Messages to an address, or the one with an id; everything when nothing is asked for."""
    everything: QuerySet[Message] = Message.objects.exclude(mail_class=Message.MailClass.CODE)
    wanted = wanted.strip()
    if not wanted:
        return everything
    if "@" in wanted and not wanted.startswith("<"):
        people = Contact.objects.filter(email_index=address_index(wanted))
        return everything.filter(contact__in=people.values("id"))
    try:
        return everything.filter(id=UUID(wanted.strip("<>").partition("@")[0]))
    except ValueError:
        return everything.none()


def whole(message: Message) -> Story:
    item = EscrowItem.objects.filter(message=message).first()
    events = _told(MessageEvent.objects.filter(message=message))
    events += [
        story.Event("reacted", at, {"doer": doer.value, "address": address})
        for at, doer, address in tracking.told(message)
    ]
    notice = None
    if item is not None:
        events += _told(EscrowEvent.objects.filter(item=item))
        notice = Message.objects.filter(cause=Message.Cause.NOTICE, cause_id=item.id).first()
    (row,) = _rows([message])
    announced = EscrowItem.objects.filter(
        Q(pk=message.cause_id)
        | Q(pk__in=EscrowEvent.objects.filter(pk=message.cause_id).values("item"))
    ).values_list("message_id", flat=True)
    return Story(
        row=row,
        moments=story.tell(events),
        proof=story.proof(events),
        item=item,
        notice=notice,
        announced_id=announced.first() if message.cause == Message.Cause.NOTICE else None,
        wait=_wait(message),
        promise=MustArrive.objects.filter(message=message).first(),
    )


def _wait(message: Message) -> Wait | None:
    """Nothing for a message that is settled, or whose turn it is."""
    now = clock.now()
    is_retry = message.status == Message.Status.DEFERRED
    if not is_retry and (message.status != Message.Status.QUEUED or message.due_at <= now):
        return None
    is_stopped = (
        message.cause == Message.Cause.CAMPAIGN
        and Campaign.objects.filter(pk=message.cause_id, status__in=STOPPED).exists()
    )
    next_at = None if is_stopped else max(message.due_at, now)
    return Wait(next_at, is_retry, may_move=moving.may_move(message) and not is_stopped)


def addressees(message_ids: Iterable[UUID]) -> dict[UUID, Addressee]:
    """Who each message is for, as far as it is one of this tenant's. An address may be shared."""
    to = dict(Message.objects.filter(id__in=message_ids).values_list("id", "contact_id"))
    named = {
        person.contact_id: _name(person.identity)
        for person in contacts.people(sorted(set(to.values())))
    }
    return {
        message_id: Addressee(contact_id, named[contact_id])
        for message_id, contact_id in to.items()
        if contact_id in named
    }


def _told(events: QuerySet[MessageEvent] | QuerySet[EscrowEvent]) -> list[story.Event]:
    return [story.Event(event.kind, event.occurred_at, event.detail) for event in events]


def _rows(messages: Sequence[Message]) -> list[Row]:
    people = {
        person.contact_id: person.identity
        for person in contacts.people([message.contact_id for message in messages])
    }
    held, campaigns = _why_held(messages), _campaigns(messages)
    names = naming.names(set(campaigns.values()))
    return [
        Row(
            message=message,
            name=_name(identity),
            address=str(identity.get("email", "")),
            outcome=_outcome(message),
            reason=in_words(message.reason) if message.reason else held.get(message.id, ""),
            title=names.get(
                campaigns.get(message.id, message.cause_id), message.get_cause_display()
            ),
            campaign_id=campaigns.get(message.id),
        )
        for message in messages
        for identity in [people.get(message.contact_id, {})]
    ]


def _campaigns(messages: Sequence[Message]) -> dict[UUID, UUID]:
    """The campaign of each message that is of one: frozen from it, or asked for alone."""
    sends = SingleSend.objects.in_bulk([message.cause_id for message in messages]).values()
    singles = {send.pk: send.campaign_id for send in sends if send.campaign_id}
    return {
        message.id: singles.get(message.cause_id, message.cause_id)
        for message in messages
        if message.cause_id in singles or message.cause == Message.Cause.CAMPAIGN
    }


def _why_held(messages: Sequence[Message]) -> dict[UUID, str]:
    """A message that will be tried again has no reason of its own yet: its last try has one."""
    held = [message.id for message in messages if message.status == Message.Status.DEFERRED]
    tries = MessageEvent.objects.filter(message__in=held, kind__in=TRIED)
    last = tries.order_by("message", "-occurred_at", "-id").distinct("message") if held else ()
    return {
        event.message_id: story.why_again(story.Event(event.kind, event.occurred_at, event.detail))
        for event in last
    }


def _outcome(message: Message) -> str:
    group = Group(message.status, message.route, "", "", bounced=False, reason="", count=1)
    return outcome_of(group) or str(message.status)


def _name(identity: Mapping[str, object]) -> str:
    return f"{identity.get('given_name', '')} {identity.get('family_name', '')}".strip()
