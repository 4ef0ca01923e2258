"""The life of wrapped keys: made, followed by a newer one, switched off and on, destroyed, rewrapped.

Every change counts up the tenant's key ring, where each process looks every few seconds.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from django.db import transaction
from django.db.models import Max, QuerySet

from tenancy import clock, keyring, kms
from tenancy.errors import DomainError
from tenancy.models import KeyRing, WrappedKey
from tenancy.scope import PLATFORM_TENANT_ID
from tenancy.sealing import KEY_BYTES

Purpose = WrappedKey.Purpose
State = WrappedKey.State


class KeyNotChanged(DomainError):
    """The keys stay as they are, for the reason that is given."""


def create_keys(tenant_id: UUID, *, using: str = keyring.DATABASE) -> None:
    """A key to seal with and one to derive from. Repeat-safe: keys that exist stay."""
    KeyRing.objects.using(using).bulk_create([KeyRing(tenant=tenant_id)], ignore_conflicts=True)
    for purpose in (Purpose.SEAL, Purpose.DERIVE):
        _store(tenant_id, purpose, 1, os.urandom(KEY_BYTES), using=using)


def part_derivation_keys(*, using: str) -> None:
    """Give workspaces of before ADR 24 their derivation key: the bytes they derived from so far.

    A random one would make every stored blind index, and every link in a mailbox, invalid.
    """
    stored = WrappedKey.objects.using(using)
    parted = stored.filter(purpose=Purpose.DERIVE).values("tenant")
    first_keys = stored.filter(purpose=Purpose.SEAL, version=1, wrapped__isnull=False)
    for first in first_keys.exclude(tenant__in=parted):
        _store(first.tenant, Purpose.DERIVE, 1, _opened(first), using=using)


def add_version(tenant_id: UUID) -> int:
    """A new version that seals from now on; the older ones only open. Answers its number.

    Raises KeyNotChanged while the keys are switched off.
    """
    with _changing(tenant_id, keyring.DATABASE) as ring:
        if ring.disabled_at is not None:
            raise KeyNotChanged("These keys are switched off. Switch them on first.")
        older = WrappedKey.objects.filter(tenant=tenant_id, purpose=Purpose.SEAL)
        version: int = (older.aggregate(newest=Max("version"))["newest"] or 0) + 1
        older.filter(state=State.ACTIVE).update(state=State.DECRYPT_ONLY, retired_at=clock.now())
        _store(tenant_id, Purpose.SEAL, version, os.urandom(KEY_BYTES), using=keyring.DATABASE)
    return version


def add_context_key(number: int, key: bytes, *, using: str) -> None:
    """From now on `key` signs tenant contexts. The main database must know it already."""
    with _changing(PLATFORM_TENANT_ID, using):
        context_keys(using).filter(state=State.ACTIVE).update(
            state=State.DECRYPT_ONLY, retired_at=clock.now()
        )
        _store(PLATFORM_TENANT_ID, Purpose.CONTEXT, number, key, using=using)


def context_keys(using: str) -> QuerySet[WrappedKey]:
    return WrappedKey.objects.using(using).filter(
        tenant=PLATFORM_TENANT_ID, purpose=Purpose.CONTEXT, wrapped__isnull=False
    )


def destroy(key: WrappedKey, *, using: str = keyring.DATABASE) -> None:
    """Empty the row; what it sealed is unreadable from now on. The caller has made sure of that."""
    with _changing(key.tenant, using):
        WrappedKey.objects.using(using).filter(pk=key.pk).update(
            state=State.DESTROYED, wrapped=None, destroyed_at=clock.now()
        )


def destroy_all(tenant_id: UUID) -> None:
    """Empty every key of a workspace, those that links and look-ups come from too. Repeat-safe."""
    with _changing(tenant_id, keyring.DATABASE):
        WrappedKey.objects.filter(tenant=tenant_id, wrapped__isnull=False).update(
            state=State.DESTROYED, wrapped=None, destroyed_at=clock.now()
        )


def are_off(tenant_id: UUID) -> bool:
    return KeyRing.objects.filter(pk=tenant_id, disabled_at__isnull=False).exists()


def switch_off(tenant_id: UUID) -> None:
    """No process opens or seals for this tenant any more. Raises KeyNotChanged if it is so already."""
    if tenant_id == PLATFORM_TENANT_ID:
        raise KeyNotChanged("Without the platform's keys nobody could sign in to undo it.")
    with _changing(tenant_id, keyring.DATABASE) as ring:
        if ring.disabled_at is not None:
            raise KeyNotChanged("These keys are switched off already.")
        ring.disabled_at = clock.now()
        ring.save(using=keyring.DATABASE, update_fields=["disabled_at"])


def switch_on(tenant_id: UUID) -> None:
    """Raises KeyNotChanged if the keys are not switched off."""
    with _changing(tenant_id, keyring.DATABASE) as ring:
        if ring.disabled_at is None:
            raise KeyNotChanged("These keys are on already.")
        ring.disabled_at = None
        ring.save(using=keyring.DATABASE, update_fields=["disabled_at"])


def rewrap(*, limit: int = 500) -> int:
    """Wrap keys under the current root key that another one wraps; answers how many, 0 when done."""
    current = kms.current()
    rewrapped = 0
    for key in under_other_roots()[:limit]:
        context = keyring.kms_context(key.tenant, key.purpose, key.version)
        wrapped = current.wrap(_opened(key), context=context)
        # Somebody may have destroyed the key meanwhile: it must not come back.
        rewrapped += WrappedKey.objects.filter(pk=key.pk, wrapped=key.wrapped).update(
            wrapped=wrapped, root=current.root
        )
    return rewrapped


def under_other_roots() -> QuerySet[WrappedKey]:
    return WrappedKey.objects.filter(wrapped__isnull=False).exclude(root=kms.current().root)


def _opened(key: WrappedKey) -> bytes:
    context = keyring.kms_context(key.tenant, key.purpose, key.version)
    return kms.current().unwrap(bytes(key.wrapped or b""), context=context)


def _store(tenant_id: UUID, purpose: str, version: int, key: bytes, *, using: str) -> None:
    current = kms.current()
    row = WrappedKey(
        tenant=tenant_id,
        purpose=purpose,
        version=version,
        wrapped=current.wrap(key, context=keyring.kms_context(tenant_id, purpose, version)),
        root=current.root,
    )
    WrappedKey.objects.using(using).bulk_create([row], ignore_conflicts=True)


@contextmanager
def _changing(tenant_id: UUID, using: str) -> Iterator[KeyRing]:
    """Changes of one tenant's keys come one after the other, and every process hears of each."""
    with transaction.atomic(using=using):
        ring = KeyRing.objects.using(using).select_for_update().get(pk=tenant_id)
        yield ring
        ring.changes += 1
        ring.save(using=using, update_fields=["changes"])
    keyring.forget()
