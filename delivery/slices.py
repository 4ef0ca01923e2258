"""Parts of a chunk that are drafted together."""

from collections.abc import Iterator
from itertools import groupby, islice

from delivery.fates import Claimed
from delivery.models import Message

# Few enough that the gate's answer is fresh when the message leaves.
SLICE = 150
# Of the first, while which nobody sends.
FIRST_SLICE = 30


def slices(messages: list[Claimed]) -> Iterator[list[Claimed]]:
    """Messages that are drafted alike, a few at a time."""
    most = FIRST_SLICE
    for _, same in groupby(sorted(messages, key=_kind), key=_kind):
        while few := list(islice(same, most)):
            yield few
            most = SLICE


def _kind(message: Claimed) -> tuple[int, str, str]:
    """The urgent first; messages of one campaign together. A portal mail has a cause of its own."""
    of_campaign = message.cause == Message.Cause.CAMPAIGN
    urgency = Message.BY_URGENCY.index(Message.MailClass(message.mail_class))
    return urgency, message.cause, str(message.cause_id) if of_campaign else ""
