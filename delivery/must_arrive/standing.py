"""Where a message stands, for whoever has to know that it arrived: has, has not yet, will not."""

from enum import Enum
from typing import NamedTuple

from delivery.models import EscrowEvent, EscrowItem, Message, MessageEvent, MustArrive

Status = Message.Status
Kind = EscrowEvent.Kind


class State(Enum):
    READ = "read"  # the person has seen it
    ACCEPTED = "accepted"  # the person's server has it, and has not given it back
    WAITS = "waits"
    LOST = "lost"  # by this way it reaches nobody
    WITHDRAWN = "withdrawn"  # we do not want it to arrive any more


class Standing(NamedTuple):
    """`reason` is one word of delivery.reports.reasons."""

    state: State
    reason: str


def of(message: Message) -> Standing:
    match message.status:
        case Status.SENT if _was_given_back(message):
            return Standing(State.LOST, "bounced_later")
        case Status.SENT:
            return Standing(State.ACCEPTED, "accepted")
        case Status.ESCROWED:
            return _in_portal(EscrowItem.objects.get(message=message))
        case Status.FAILED | Status.SKIPPED:
            return Standing(State.LOST, message.reason)
        case Status.UNCERTAIN:
            return Standing(State.LOST, "no_answer")
        case Status.CANCELED:
            return Standing(State.WITHDRAWN, message.reason or "canceled")
    return Standing(State.WAITS, "still_waiting")


def second_of(promise: MustArrive) -> Message | None:
    """The message that went to the second address in its place."""
    return Message.objects.filter(cause=Message.Cause.API, cause_id=promise.pk).first()


def better(one: Standing, other: Standing | None) -> Standing:
    """Of two messages that say the same; one withdrawn by staff ends it for both."""
    order = list(State)
    if other is None or one.state is State.WITHDRAWN:
        return one
    return min(one, other, key=lambda each: order.index(each.state))


def _was_given_back(message: Message) -> bool:
    return MessageEvent.objects.filter(message=message, kind=MessageEvent.Kind.BOUNCED).exists()


def _in_portal(item: EscrowItem) -> Standing:
    if item.read_at is not None:
        return Standing(State.READ, "read")
    match item.status:
        case EscrowItem.Status.REVOKED:
            return Standing(State.WITHDRAWN, "recalled")
        case EscrowItem.Status.WRONG_PERSON:
            return Standing(State.LOST, "wrong_person")
        case EscrowItem.Status.EXPIRED:
            return Standing(State.LOST, "expired_unread")
    told = EscrowEvent.objects.filter(
        item=item, kind__in=[Kind.NOTICE_ACCEPTED, Kind.NOTICE_FAILED]
    ).order_by("-occurred_at", "-id")
    last = told.first()
    if last is not None and last.kind == Kind.NOTICE_FAILED:
        return Standing(State.LOST, "notice_lost")
    return Standing(State.WAITS, "not_opened")
