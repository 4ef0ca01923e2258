"""A key that sees PHI: one person makes it, a compliance officer allows it."""

from uuid import UUID

from accounts import countersign
from accounts.countersign import Payload
from accounts.models import ApiKey
from accounts.services import api_keys, countersignatures
from audit import services as audit
from audit.services import Actor
from tenancy.errors import DomainError

KIND = "api_key.allow_phi"


class KeyHasEnded(DomainError):
    """There is nothing left to allow."""


def ask(key: ApiKey, *, reason: str, actor: Actor) -> None:
    """Ask a compliance officer to let the key work. Raises NotAsked; for the issue's transaction."""
    payload = {"key": str(key.pk), "name": key.name, "hint": key.hint}
    countersignatures.ask(KIND, payload=payload, reason=reason, actor=actor, on=key)


def allow(payload: Payload, requested_by: Actor, decided_by: Actor) -> None:
    """Raises KeyHasEnded."""
    key = ApiKey.objects.select_for_update().get(pk=UUID(payload["key"]))
    if not key.is_open:
        raise KeyHasEnded("This key has ended. There is nothing left to allow.")
    key.is_allowed, key.allowed_by = True, decided_by.name
    key.save(update_fields=["is_allowed", "allowed_by"])
    audit.record("api_key.allowed", actor=decided_by, on=key, asked_by=requested_by.id)


def drop(payload: Payload, closed_by: Actor) -> None:
    """A key that nobody allowed ends: it would only wait."""
    api_keys.revoke(ApiKey.objects.get(pk=UUID(payload["key"])), actor=closed_by)


def sentence(payload: Payload) -> str:
    return f"Let the system “{payload['name']}” ({payload['hint']}…) see PHI unmasked"


def register() -> None:
    countersign.register(
        KIND, permission="api_keys.allow_phi", perform=allow, describe=sentence, drop=drop
    )
