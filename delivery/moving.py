"""Staff move a message that waits for another try to the portal."""

from uuid import UUID

from django.db import transaction

from audit import services as audit
from audit.services import Actor
from campaigns.compilation import Rendered
from campaigns.models import Campaign
from delivery import fates
from delivery.drafters import DRAFTERS
from delivery.drafts.draft import Draft
from delivery.fates import Claimed
from delivery.models import EscrowItem, Message
from delivery.queries.due import STOPPED
from delivery.services import recording
from delivery.services.lease import LEASE_LASTS
from delivery.services.recording import Result
from tenancy import clock
from tenancy.errors import DomainError
from tenancy.ids import uuid7

# A notice leads to the portal itself, and a test has nobody who could open it there.
MOVABLE = frozenset({Message.Cause.CAMPAIGN, Message.Cause.API})
Reason = EscrowItem.Reason


class MessageNotMovable(DomainError):
    """It does not wait for another try, or may not be sent as things stand."""


def may_move(message: Message) -> bool:
    """Whether the message waits for another try, and is one that a person can read in the portal."""
    return message.status == Message.Status.DEFERRED and message.cause in MOVABLE


@transaction.atomic
def move_to_portal(message: Message, *, actor: Actor) -> None:
    """Settle the message in the portal instead of at further tries; a notice of it is queued.

    The gate is asked again, as at any try. Raises MessageNotMovable, and then nothing has changed.
    """
    message = Message.objects.select_for_update().get(pk=message.pk)
    if not may_move(message):
        raise MessageNotMovable("This message does not wait for another try any more.")
    settle_in_portal(message, otherwise=Reason.STAFF_CHOICE)
    audit.record("message.moved_to_portal", actor=actor, on=message)


def settle_in_portal(message: Message, *, otherwise: Reason) -> None:
    """Leave in the portal what has not left, for the transaction that has locked it.

    Raises MessageNotMovable, and then nothing has changed.
    """
    if message.cause == Message.Cause.CAMPAIGN:
        _require_under_way(message)
    claimed = _claimed(message)
    draft = _draft(claimed)
    # What no safe way led to keeps that reason: the portal asks more of whoever opens it.
    reason = Reason.UNSAFE_TRANSPORT if message.unsafe_since else otherwise
    fate = fates.to_portal(reason.value)
    result = Result(claimed, fate, draft.address, draft.language, _written(draft), draft.files)
    recording.record([result], token=_lease(message))


def _require_under_way(message: Message) -> None:
    status = Campaign.objects.values_list("status", flat=True).get(pk=message.cause_id)
    if status in STOPPED:
        raise MessageNotMovable("Its campaign is paused or canceled, so nothing of it may leave.")


def _claimed(message: Message) -> Claimed:
    return Claimed(
        message.id,
        message.cause,
        message.cause_id,
        message.contact_id,
        message.mail_class,
        message.message_id,
        message.attempts,
        message.first_tried_at or clock.now(),
        message.unsafe_since,
        message.uncertain_at,
    )


def _draft(claimed: Claimed) -> Draft:
    (drafted,) = DRAFTERS[claimed.cause]([claimed])
    if isinstance(drafted, Result):
        raise MessageNotMovable("It may not be sent as things stand. The next try says why.")
    return drafted


def _written(draft: Draft) -> Rendered:
    try:
        return draft.for_portal()
    except DomainError:
        raise MessageNotMovable("The message could not be made for this person.") from None


def _lease(message: Message) -> UUID:
    """Held as a worker would: only the holder may record what became of a message."""
    token = uuid7()
    message.status, message.lease_token = Message.Status.LEASED, token
    message.lease_expires_at, message.settled_at = clock.now() + LEASE_LASTS, None
    message.save(update_fields=["status", "lease_token", "lease_expires_at", "settled_at"])
    return token
