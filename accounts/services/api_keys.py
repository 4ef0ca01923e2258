"""Keys of systems: made once, shown once, found by their hash, ended at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple, NoReturn
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Q

from accounts.api_keys import (
    CLIENT_PREFIX,
    PREFIX,
    KeyNotReadable,
    Scope,
    hashed,
    hint,
    new_secret,
)
from accounts.models import ApiKey
from accounts.models.api_keys import LONGEST_LIFE
from accounts.networks import Network
from accounts.services import countersignatures
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


class KeyWaits(KeyRefused):
    """The key is right, and somebody has to allow it first. Only for who has proven to hold it."""


@dataclass(frozen=True)
class Right:
    """What a system is given: a name, what it may do, until when, from where."""

    name: str
    scopes: Sequence[str]
    expires_at: datetime
    networks: Sequence[Network] = ()


@transaction.atomic
def issue(right: Right, *, actor: Actor) -> tuple[ApiKey, str]:
    """A new key and its text, which cannot be had again. Raises KeyNotIssued.

    One that sees PHI does not work before somebody else allowed it: see `key_allowance`.
    """
    return _issue(right, ApiKey.Way.KEY, PREFIX, actor)


@transaction.atomic
def issue_client(right: Right, *, actor: Actor) -> tuple[ApiKey, str]:
    """An OAuth2 client and its secret, which cannot be had again. Raises KeyNotIssued."""
    return _issue(right, ApiKey.Way.SECRET, CLIENT_PREFIX, actor)


@transaction.atomic
def issue_key_pair_client(
    right: Right, *, jwks: dict[str, Any], jwks_url: str, actor: Actor
) -> ApiKey:
    """An OAuth2 client that signs with a key pair; `jwks` was read from the url, if there is one."""
    row = _row(right, ApiKey.Way.KEY_PAIR, actor)
    row.jwks, row.jwks_url = jwks, jwks_url
    row.jwks_read_at = row.created_at if jwks_url else None
    return _stored(row, actor)


def _issue(right: Right, way: ApiKey.Way, prefix: str, actor: Actor) -> tuple[ApiKey, str]:
    secret = new_secret(prefix)
    row = _row(right, way, actor)
    row.hint, row.secret_hash = hint(secret), hashed(secret, prefix)
    return _stored(row, actor), secret


def _row(right: Right, way: ApiKey.Way, actor: Actor) -> ApiKey:
    now = clock.now()
    if not right.name.strip():
        raise KeyNotIssued("Name the system that will use the key.")
    if not right.scopes or not set(right.scopes) <= set(Scope.values):
        raise KeyNotIssued("Choose what the key may be used for.")
    if not now < right.expires_at <= now + LONGEST_LIFE:
        raise KeyNotIssued("Choose a last day within a year from now.")
    return ApiKey(
        way=way,
        name=right.name.strip(),
        scopes=sorted(set(right.scopes)),
        networks=list(right.networks),
        created_by=actor.name,
        created_at=now,
        created_by_id=actor.id,
        expires_at=right.expires_at,
        is_allowed=Scope.PHI_READ not in right.scopes,
    )


def _stored(key: ApiKey, actor: Actor) -> ApiKey:
    key.save(force_insert=True)
    audit.record(
        "api_key.issued", actor=actor, on=key, way=key.way, scopes=key.scopes, **_places(key)
    )
    return key


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
    """End the key, and the question whether it may work. Repeat-safe: the next request is refused."""
    countersignatures.withdraw_on(key, actor=actor)
    key = ApiKey.objects.select_for_update().get(pk=key.pk)
    if key.revoked_at is not None:
        return
    key.revoked_at = clock.now()
    key.save(update_fields=["revoked_at"])
    audit.record("api_key.revoked", actor=actor, on=key)


class Caller(NamedTuple):
    """Whose key it is, the key, and what this request may do with it."""

    tenant_id: UUID
    key: ApiKey
    scopes: frozenset[str]


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
        keys = ApiKey.objects.select_related("tenant")
        key = keys.get(Q(secret_hash=secret_hash) | Q(old_secret_hash=secret_hash))
        if not key.works_with(secret_hash):
            refuse(key, "replaced")
        admit(key, address=address)
        require_allowed(key)
    return Caller(tenant_id, key, frozenset(key.scopes))


def admit(key: ApiKey, *, address: str) -> None:
    """Let a known key in, or raise KeyRefused: it ended, or comes from elsewhere."""
    if key.revoked_at is not None:
        refuse(key, "revoked")
    if key.is_expired:
        refuse(key, "expired")
    if refuse_elsewhere(key, address):
        raise KeyRefused("This API key may not be used from here.")


def require_allowed(key: ApiKey) -> None:
    """Raise KeyWaits while nobody allowed the key to see PHI. For who has proven to hold it."""
    if key.is_allowed:
        return
    _deny(key, "not allowed")
    raise KeyWaits(
        "This API key is right, but does not work yet: a second person of the workspace, a "
        "compliance officer, has to allow it to see PHI."
    )


def note_use(key: ApiKey) -> None:
    now = clock.now()
    ApiKey.objects.filter(
        Q(last_used_at__isnull=True) | Q(last_used_at__lt=now - NOTED_EVERY), pk=key.pk
    ).update(last_used_at=now)


def refuse(key: ApiKey, reason: str) -> NoReturn:
    """Leave a denial in the trail of the key's tenant. For its scope."""
    _deny(key, reason)
    raise KeyRefused("This API key has ended.")


def _deny(key: ApiKey, reason: str) -> None:
    actor = Actor(kind="api_key", id=str(key.pk), name=key.name)
    audit.record_denial("api_key.used", actor=actor, on=key, reason=reason)


def _places(key: ApiKey) -> dict[str, list[str]]:
    return {"networks": [str(network) for network in key.networks]}
