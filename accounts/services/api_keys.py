"""Keys of systems: made once, shown once, found by their hash, ended at once."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple, NoReturn
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Q

from accounts.api_keys import KeyNotReadable, Scope, hashed, hint, new_secret
from accounts.models import ApiKey
from accounts.models.api_keys import LONGEST_LIFE
from accounts.networks import Network
from accounts.services.key_places import refuse_elsewhere
from audit import services as audit
from audit.services import Actor
from tenancy import clock
from tenancy.errors import DomainError
from tenancy.scope import platform_scope, tenant_scope

# Whether a key is still in use is a question of days; a write for each request answers nothing more.
NOTED_EVERY = timedelta(minutes=1)


class KeyNotIssued(DomainError):
    """The key would have no name, nothing to do, or no end."""


class KeyRefused(DomainError):
    """The key is unknown, has ended, waits to be allowed, or came from elsewhere."""


@transaction.atomic
def issue(
    *,
    name: str,
    scopes: Sequence[str],
    expires_at: datetime,
    actor: Actor,
    networks: Sequence[Network] = (),
) -> tuple[ApiKey, str]:
    """A new key and its text, which cannot be had again. Raises KeyNotIssued.

    One that sees PHI does not work before somebody else allowed it: see `key_allowance`.
    """
    now = clock.now()
    if not name.strip():
        raise KeyNotIssued("Name the system that will use the key.")
    if not scopes or not set(scopes) <= set(Scope.values):
        raise KeyNotIssued("Choose what the key may be used for.")
    if not now < expires_at <= now + LONGEST_LIFE:
        raise KeyNotIssued("Choose a last day within a year from now.")
    secret = new_secret()
    key = ApiKey.objects.create(
        name=name.strip(),
        hint=hint(secret),
        secret_hash=hashed(secret),
        scopes=sorted(set(scopes)),
        created_by=actor.name,
        networks=list(networks),
        created_at=now,
        created_by_id=actor.id,
        expires_at=expires_at,
        is_allowed=Scope.PHI_READ not in scopes,
    )
    audit.record("api_key.issued", actor=actor, on=key, scopes=key.scopes, **_places(key))
    return key, secret


@transaction.atomic
def change_networks(key: ApiKey, networks: Sequence[Network], *, actor: Actor) -> None:
    """From where the key may come, from its next request on. Empty: from everywhere."""
    key = ApiKey.objects.select_for_update().get(pk=key.pk)
    was = _places(key)
    key.networks = list(networks)
    key.save(update_fields=["networks"])
    audit.record(
        "api_key.networks_changed", actor=actor, on=key, was=was["networks"], **_places(key)
    )


@transaction.atomic
def revoke(key: ApiKey, *, actor: Actor) -> None:
    """End the key; the next request with it is refused. Repeat-safe."""
    key = ApiKey.objects.select_for_update().get(pk=key.pk)
    if key.revoked_at is not None:
        return
    key.revoked_at = clock.now()
    key.save(update_fields=["revoked_at"])
    audit.record("api_key.revoked", actor=actor, on=key)


class Caller(NamedTuple):
    """Whose key it is, and the key."""

    tenant_id: UUID
    key: ApiKey


def find(text: str, *, address: str) -> Caller:
    """The key that a request from `address` came with, whichever tenant's it is. Raises KeyRefused.

    A key that is or was good leaves a denial in its tenant's trail.
    """
    try:
        secret_hash = hashed(text)
    except KeyNotReadable as unreadable:
        raise KeyRefused(str(unreadable)) from None
    with platform_scope(), connection.cursor() as cursor:
        cursor.execute("SELECT kernel.tenant_of_api_key(%s::bytea)", [secret_hash])
        (tenant_id,) = cursor.fetchone()
    if tenant_id is None:
        raise KeyRefused("This API key is unknown.")
    with tenant_scope(tenant_id):
        key = ApiKey.objects.get(Q(secret_hash=secret_hash) | Q(old_secret_hash=secret_hash))
        if not key.works_with(secret_hash):
            _refuse(key, "replaced")
        admit(key, address=address)
    return Caller(tenant_id, key)


def admit(key: ApiKey, *, address: str) -> None:
    """Let a known key in, or raise KeyRefused: it ended, waits, or comes from elsewhere."""
    if key.revoked_at is not None:
        _refuse(key, "revoked")
    if key.is_expired:
        _refuse(key, "expired")
    if not key.is_allowed:
        _refuse(key, "not allowed")
    if refuse_elsewhere(key, address):
        raise KeyRefused("This API key may not be used from here.")


def note_use(key: ApiKey) -> None:
    now = clock.now()
    ApiKey.objects.filter(
        Q(last_used_at__isnull=True) | Q(last_used_at__lt=now - NOTED_EVERY), pk=key.pk
    ).update(last_used_at=now)


def _refuse(key: ApiKey, reason: str) -> NoReturn:
    actor = Actor(kind="api_key", id=str(key.pk), name=key.name)
    audit.record_denial("api_key.used", actor=actor, on=key, reason=reason)
    raise KeyRefused("This API key has ended or is not allowed yet.")


def _places(key: ApiKey) -> dict[str, list[str]]:
    return {"networks": [str(network) for network in key.networks]}
