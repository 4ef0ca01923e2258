"""Keys of a tenant: fetched, unwrapped and kept in memory for a short while.

The stored key is wrapped by the KMS and lives in a database of its own, so that destroying it there
makes every copy of the main database unreadable, backups included.
"""

import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID

from django.apps import apps
from django.db import OperationalError, connections

from tenancy import clock, kms
from tenancy.scope import PLATFORM_TENANT_ID, current_tenant_id
from tenancy.sealing import SealBroken, TenantKeys

__all__ = [
    "KeyUnavailable",
    "KeysSwitchedOff",
    "SealBroken",
    "TenantKeys",
    "context_key",
    "context_keys",
    "current_keys",
    "forget",
    "keys_of",
    "usable",
]

logger = logging.getLogger(__name__)

DATABASE = "keys"
# The guarantee: whatever happens to the news of it, a destroyed or switched-off key stops working
# everywhere within this time.
CACHE_SECONDS = 300.0
# The rule: each process asks this often whether anything about the keys has changed.
LOOK_AGAIN_SECONDS = 5.0


class KeyUnavailable(RuntimeError):
    """The tenant has no usable key: it was destroyed, or never made.

    Not a refusal of what somebody asked for: whoever answers those must not take this for one.
    """


class KeysSwitchedOff(KeyUnavailable):
    """The platform operator has switched the tenant's keys off, for now."""


class ContextKey(NamedTuple):
    """What signs the tenant context of transactions, and the number that tells which it is."""

    number: int
    key: bytes


@dataclass(slots=True)
class _Ring:
    keys: TenantKeys
    context_keys: dict[int, bytes]
    changes: int
    expires: float
    look_again: float


# Threads share it: each step below is one operation on the dict, which CPython does whole.
_cache: dict[UUID, _Ring] = {}


def keys_of(tenant_id: UUID) -> TenantKeys:
    """Keys of a tenant, from memory for at most five minutes. Raises KeyUnavailable."""
    return _ring_of(tenant_id).keys


def current_keys() -> TenantKeys:
    return keys_of(current_tenant_id())


def context_key() -> ContextKey:
    """The newest key for tenant contexts. Raises KeyUnavailable before `migrate_all` has made one."""
    known = context_keys()
    if not known:
        raise KeyUnavailable("No key signs tenant contexts yet. Run `manage.py migrate_all`.")
    return ContextKey(*max(known.items()))


def context_keys() -> dict[int, bytes]:
    """Every key that may have signed a context which is still valid, by number."""
    return _ring_of(PLATFORM_TENANT_ID).context_keys


def usable(tenant_ids: Iterable[UUID]) -> Iterator[UUID]:
    """Those of the tenants whose keys work: one that is switched off does not hold up the others."""
    for tenant_id in tenant_ids:
        try:
            keys_of(tenant_id)
        except KeyUnavailable:
            logger.info("keys of %s do not work: its work waits", tenant_id)
        else:
            yield tenant_id


def forget() -> None:
    """Drop every cached key of this process."""
    _cache.clear()


def _ring_of(tenant_id: UUID) -> _Ring:
    ring = _cache.get(tenant_id)
    now = clock.steady()
    if ring is not None and now < ring.expires and _still_holds(ring, tenant_id, now):
        return ring
    _cache.pop(tenant_id, None)
    ring = _cache[tenant_id] = _load(tenant_id, now)
    return ring


def _still_holds(ring: _Ring, tenant_id: UUID, now: float) -> bool:
    if now < ring.look_again:
        return True
    ring.look_again = now + LOOK_AGAIN_SECONDS
    try:
        changes = _key_ring().filter(tenant=tenant_id).values_list("changes", flat=True).first()
    except OperationalError:
        # Nobody can be asked: what is in memory holds until its time is over.
        connections[DATABASE].close_if_unusable_or_obsolete()
        return True
    return bool(changes == ring.changes)


def _load(tenant_id: UUID, now: float) -> _Ring:
    # The count of changes comes first: a change between the two reads is then seen as one.
    state = _key_ring().filter(tenant=tenant_id).first()
    if state is None:
        raise KeyUnavailable("This workspace has no usable key. Ask the platform operator.")
    if state.disabled_at is not None:
        raise KeysSwitchedOff(
            "The platform operator has switched the keys of this workspace off. Nothing can be read "
            "or sent until they are on again."
        )
    unwrapped: dict[str, dict[int, bytes]] = {"seal": {}, "derive": {}, "context": {}}
    rows = apps.get_model("tenancy", "WrappedKey").objects.filter(
        tenant=tenant_id, wrapped__isnull=False
    )
    for row in rows:
        context = kms_context(tenant_id, row.purpose, row.version)
        unwrapped[row.purpose][row.version] = kms.current().unwrap(
            bytes(row.wrapped or b""), context=context
        )
    if not unwrapped["seal"] or not unwrapped["derive"]:
        raise KeyUnavailable("This workspace has no usable key. Ask the platform operator.")
    # One for the life of the tenant (ADR 24): a second would find nothing that the first stored.
    (derivation_key,) = unwrapped["derive"].values()
    return _Ring(
        keys=TenantKeys(tenant_id, unwrapped["seal"], derivation_key),
        context_keys=unwrapped["context"],
        changes=state.changes,
        expires=now + CACHE_SECONDS,
        look_again=now + LOOK_AGAIN_SECONDS,
    )


def kms_context(tenant_id: UUID, purpose: str, version: int) -> bytes:
    """What a wrapped key is bound to: it does not unwrap as another tenant's or for another use."""
    name = {"seal": "tenant-key", "derive": "derivation-key", "context": "context-key"}[purpose]
    return f"{name}|{tenant_id}|{version}".encode()


def _key_ring() -> Any:
    # Looked up by name: sealed fields of tenancy.models need this module first.
    return apps.get_model("tenancy", "KeyRing").objects
