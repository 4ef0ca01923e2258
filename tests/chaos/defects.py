"""Defects that a run has to notice: what the product would do if one of its rules were wrong."""

from collections.abc import Iterator, Sequence

from delivery.drafts.draft import Draft
from delivery.fates import Claimed
from delivery.models import Message
from delivery.routes import WITHOUT_PHI
from delivery.services import recovery
from delivery.services.recording import Result
from tenancy import clock
from tests.delivery.sending import Drafter

FREE = {"lease_token": None, "lease_expires_at": None}


def queue_announced_again() -> None:
    """At-least-once: what may have arrived simply goes again, and nobody is told."""
    _abandoned().update(status=Message.Status.QUEUED, **FREE)
    recovery.recover_expired()


def take_announced_for_sent() -> None:
    """At-most-once: what may not have arrived is told as sent."""
    _abandoned().update(status=Message.Status.SENT, settled_at=clock.now(), **FREE)
    recovery.recover_expired()


def _abandoned():
    return Message.objects.filter(status=Message.Status.IN_DATA, lease_expires_at__lt=clock.now())


def draft_unprotected(messages: Sequence[Claimed]) -> Iterator[Draft | Result]:
    """Everything by the best way that there is, as if nothing told of a patient."""
    yield from Drafter(WITHOUT_PHI)(messages)
