"""Placing a legal hold, by one person; releasing it, by two."""

from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from accounts import countersign
from accounts.models import Countersignature
from accounts.services import countersignatures
from audit import services as audit
from audit.services import Actor
from compliance.models import LegalHold
from tenancy import clock
from tenancy.errors import DomainError

RELEASE = "hold.release"
PERMISSION = "policy.edit"
LONGEST_REASON = 1000


class HoldNotPlaced(DomainError):
    """Without a reason, or there is one already."""


class HoldNotReleased(DomainError):
    """It was released before."""


def place(
    subject: LegalHold.Subject, *, subject_id: UUID | None, reason: str, actor: Actor
) -> LegalHold:
    """From now on nothing that the hold is about is removed. Raises HoldNotPlaced."""
    reason = reason.strip()
    if not 0 < len(reason) <= LONGEST_REASON:
        raise HoldNotPlaced("Write why, in up to 1,000 characters.")
    try:
        with transaction.atomic():
            hold = LegalHold.objects.create(
                subject=subject,
                subject_id=subject_id,
                reason=reason,
                placed_by=actor.id,
                placed_by_name=actor.name,
            )
            audit.record("hold.placed", actor=actor, on=hold, **_about(hold))
    except IntegrityError as error:
        raise HoldNotPlaced("A hold is in force here already.") from error
    return hold


def ask_release(hold: LegalHold, *, reason: str, actor: Actor) -> Countersignature:
    """Ask a second person to let go what is held. Raises NotAsked, HoldNotReleased."""
    if hold.released_at is not None:
        raise HoldNotReleased("This hold was released already.")
    payload = {"hold": str(hold.pk), "subject": hold.subject}
    return countersignatures.ask(RELEASE, payload=payload, reason=reason, actor=actor, on=hold)


def release(payload: dict[str, Any], asked_by: Actor, decided_by: Actor) -> None:
    """What a second person granted. Raises HoldNotReleased."""
    hold = LegalHold.objects.select_for_update().get(pk=payload["hold"])
    if hold.released_at is not None:
        raise HoldNotReleased("This hold was released already.")
    hold.released_at = clock.now()
    hold.release_asked_by = asked_by.id
    hold.released_by, hold.released_by_name = decided_by.id, decided_by.name
    hold.save(update_fields=["released_at", "release_asked_by", "released_by", "released_by_name"])
    audit.record("hold.released", actor=decided_by, on=hold, asked_by=asked_by.id, **_about(hold))


def sentence(payload: dict[str, Any]) -> str:
    what = LegalHold.Subject(payload["subject"]).label
    return f"Release the legal hold on {what[0].lower()}{what[1:]}"


def register() -> None:
    countersign.register(RELEASE, permission=PERMISSION, perform=release, describe=sentence)


def _about(hold: LegalHold) -> dict[str, str]:
    return {"subject": hold.subject, "subject_id": str(hold.subject_id or "")}
