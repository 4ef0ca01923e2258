"""Writing the trail. An action and its event are one transaction; a refusal outlives its rollback."""

from dataclasses import dataclass
from typing import Any, Literal

from django.db import models, transaction

from audit import leaf
from audit.models import AuditEvent
from tenancy import clock, source
from tenancy.ids import uuid7
from tenancy.scope import current_tenant_id

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


@dataclass(frozen=True)
class Touched:
    """Which data an act reached: its classes, of how many rows, and for which purpose. Never values."""

    classes: tuple[str, ...] = ()
    rows: int | None = None
    purpose: str = ""


NOTHING = Touched()


def record(
    action: str, *, actor: Actor, on: models.Model | None = None, **detail: Any
) -> AuditEvent:
    """Store that `actor` did `action` (noun.verb) to `on`, in the caller's transaction.

    `detail` is sealed; it holds counts, ids, field names and reasons, never values of a person.
    """
    return record_reading(action, actor=actor, on=on, touched=NOTHING, **detail)


def record_reading(
    action: str,
    *,
    actor: Actor,
    on: models.Model | None = None,
    touched: Touched,
    **detail: Any,
) -> AuditEvent:
    """Store that `actor` saw, took along or searched data of people: as `record`, and which data."""
    event = _event(action, actor, on, detail)
    event.leaf = leaf.canonical(_facts(event, touched, reason=""))
    event.save(force_insert=True)
    return event


def record_order(
    action: str, *, actor: Actor, on: models.Model, order: str, signature: str
) -> AuditEvent:
    """Store an order with the words that were signed: they are part of the leaf, for whoever checks it."""
    event = _event(action, actor, on, {})
    facts = _facts(event, NOTHING, reason="")
    event.leaf = leaf.canonical(facts | {"order": order, "signature": signature})
    event.save(force_insert=True)
    return event


def record_denial(
    action: str, *, actor: Actor, reason: str, on: models.Model | None = None, **detail: Any
) -> AuditEvent:
    """Store that `actor` was refused `action`, whatever happens to the caller's transaction.

    `reason` is a code, not a text about somebody: it may be read without the tenant's key.
    """
    event = _event(action, actor, on, {"reason": reason, **detail})
    event.outcome = AuditEvent.Outcome.DENIED
    event.leaf = leaf.canonical(_facts(event, NOTHING, reason=reason))
    with transaction.atomic(using=DENIALS):
        event.save(force_insert=True, using=DENIALS)
    return event


def _event(
    action: str, actor: Actor, on: models.Model | None, detail: dict[str, Any]
) -> AuditEvent:
    return AuditEvent(
        id=uuid7(),
        tenant_id=current_tenant_id(),
        action=action,
        actor_kind=actor.kind,
        actor_id=actor.id,
        actor_name=actor.name,
        object_type=on._meta.label_lower if on is not None else "",
        object_id=str(on.pk) if on is not None else "",
        detail=detail,
        salt=leaf.new_salt(),
        recorded_at=clock.now(),
    )


def _facts(event: AuditEvent, touched: Touched, *, reason: str) -> dict[str, object]:
    """What the leaf says: nothing that the tenant's key would have to hide."""
    facts: dict[str, object] = {
        "v": leaf.VERSION,
        "id": str(event.id),
        "tenant": str(event.tenant_id),
        "action": event.action,
        "outcome": str(event.outcome),
        "actor": {"kind": event.actor_kind, "id": event.actor_id, "name": event.actor_name},
        "object": {"type": event.object_type, "id": event.object_id},
        "source": source.current().facts(),
        "recorded_at": leaf.timestamp(event.recorded_at),
        "detail_commit": leaf.commitment(event.salt, leaf.detail_bytes(event.detail)),
    }
    known = {
        "reason": reason,
        "purpose": touched.purpose,
        "data": list(touched.classes),
        "rows": touched.rows,
    }
    return facts | {name: value for name, value in known.items() if value not in ("", [], None)}
