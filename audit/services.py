"""Writing the trail. An action and its event are one transaction; a refusal outlives its rollback."""

from dataclasses import dataclass
from typing import Any, Literal

from django.db import models, transaction

from audit.models import AuditEvent

ActorKind = Literal["user", "api_key", "patient", "system", "operator"]
# A second connection to the same database: what is written here survives the caller's rollback.
DENIALS = "audit"


@dataclass(frozen=True)
class Actor:
    """Who acts: an id that stays, and a name as it was then."""

    kind: ActorKind
    id: str
    name: str


SYSTEM = Actor(kind="system", id="sealpost", name="Sealpost")


def record(
    action: str, *, actor: Actor, on: models.Model | None = None, **detail: Any
) -> AuditEvent:
    """Store that `actor` did `action` (noun.verb) to `on`, in the caller's transaction.

    `detail` is sealed; it holds counts, ids, field names and reasons, never values of a person.
    """
    event = _event(action, actor, on, detail)
    event.save(force_insert=True)
    return event


def record_denial(
    action: str, *, actor: Actor, reason: str, on: models.Model | None = None, **detail: Any
) -> AuditEvent:
    """Store that `actor` was refused `action`, whatever happens to the caller's transaction."""
    event = _event(action, actor, on, {"reason": reason, **detail})
    event.outcome = AuditEvent.Outcome.DENIED
    with transaction.atomic(using=DENIALS):
        event.save(force_insert=True, using=DENIALS)
    return event


def _event(
    action: str, actor: Actor, on: models.Model | None, detail: dict[str, Any]
) -> AuditEvent:
    return AuditEvent(
        action=action,
        actor_kind=actor.kind,
        actor_id=actor.id,
        actor_name=actor.name,
        object_type=on._meta.label_lower if on is not None else "",
        object_id=str(on.pk) if on is not None else "",
        detail=detail,
    )
