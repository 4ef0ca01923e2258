"""Stopping messages that wait for their turn or for another try."""

from collections.abc import Collection
from uuid import UUID

from delivery import chronicle
from delivery.chronicle import Turn
from delivery.models import Message, MessageEvent
from tenancy import clock

Status = Message.Status


def stop(ids: Collection[UUID], *, reason: str) -> int:
    """Settle those that no worker holds, for the transaction that has locked them. How many are canceled.

    What may have arrived at an earlier try stays uncertain: nobody can cancel that (ADR 5).
    """
    messages = Message.objects.filter(pk__in=ids, status__in=Message.DUE)
    unknown = list(messages.filter(uncertain_at__isnull=False).values_list("pk", flat=True))
    messages.filter(pk__in=unknown).update(
        status=Status.UNCERTAIN, reason="no_answer", settled_at=clock.now()
    )
    left = list(messages.values_list("pk", flat=True))
    messages.filter(pk__in=left).update(
        status=Status.CANCELED, reason=reason, settled_at=clock.now()
    )
    MessageEvent.objects.bulk_create(
        MessageEvent(message_id=pk, kind=MessageEvent.Kind.CANCELED) for pk in left
    )
    turns = [Turn(pk, Status.UNCERTAIN.value, "no_answer") for pk in unknown]
    turns += [Turn(pk, "canceled", reason, kind="canceled") for pk in left]
    if turns:
        chronicle.tell_turns("messages.canceled", turns)
    return len(left)
