"""A person's visit to the portal: prove the link, come back, leave."""

import hashlib
import secrets
from uuid import UUID

from django.db import transaction

from delivery.escrow import keys, services
from delivery.models import EscrowEvent, EscrowItem, EscrowVisit
from tenancy import clock
from tenancy.errors import DomainError


class NotOpened(DomainError):
    """Nothing can be opened with this link. Never says why: unknown, expired and wrong look alike."""


class VisitEnded(DomainError):
    """The visit is over: signed out, idle for too long, or never begun in this browser."""


def prove(
    item_id: UUID, shown: bytes, *, network: str, cookie: str = ""
) -> tuple[EscrowVisit, str]:
    """Begin a visit for whoever holds the link key. Returns it with its cookie. Raises NotOpened.

    Whoever follows the link again in the same browser goes on with the visit that runs there. A
    visit in another browser ends: a link serves one at a time.
    """
    item = EscrowItem.objects.filter(pk=item_id).first()
    expected = item.proof_digest if item and item.is_open else None
    # The digest is compared even when there is nothing to compare with, so that time tells nothing.
    holds = keys.matches(keys.proof_digest(shown), bytes(expected or secrets.token_bytes(32)))
    if item is None or expected is None or not holds:
        raise NotOpened("This message can't be opened.")
    if (running := _running(item_id, cookie)) is not None:
        return running, cookie
    cookie = secrets.token_urlsafe(32)
    with transaction.atomic():
        EscrowItem.objects.select_for_update().get(pk=item.pk)
        EscrowVisit.objects.filter(item=item, ended_at=None).update(ended_at=clock.now())
        visit = EscrowVisit.objects.create(item=item, cookie_digest=_digest(cookie))
        services.record(item, EscrowEvent.Kind.PROVED, network=network)
    return visit, cookie


def note_fetched(item_id: UUID) -> None:
    """Somebody, or a program that looks at links, asked for the first page. Not known to be more.

    The same statement whether there is such an item or not.
    """
    EscrowItem.objects.filter(pk=item_id, fetched_at=None).update(fetched_at=clock.now())


def resume(item_id: UUID, cookie: str) -> EscrowVisit:
    """The running visit of this browser, kept awake. Raises VisitEnded."""
    visit = _running(item_id, cookie)
    if visit is None or not visit.item.is_open:
        raise VisitEnded("You are signed out.")
    EscrowVisit.objects.filter(pk=visit.pk).update(seen_at=clock.now())
    return visit


def leave(visit: EscrowVisit) -> None:
    EscrowVisit.objects.filter(pk=visit.pk).update(ended_at=clock.now())
    services.record(visit.item, EscrowEvent.Kind.SIGNED_OUT)


def _running(item_id: UUID, cookie: str) -> EscrowVisit | None:
    visit = (
        EscrowVisit.objects.select_related("item")
        .filter(item_id=item_id, cookie_digest=_digest(cookie), ended_at=None)
        .first()
    )
    return None if visit is None or visit.is_idle(clock.now()) else visit


def _digest(cookie: str) -> bytes:
    return hashlib.sha256(cookie.encode()).digest()
