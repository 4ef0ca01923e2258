"""The tables of links: kept when messages are written, asked when a link is followed."""

import hashlib
from collections.abc import Sequence
from uuid import UUID

import orjson
from django.db import transaction

from campaigns.models import Campaign
from delivery.models import LinkTable
from delivery.tracking.tokens import REFERENCE_BYTES, TokenBroken
from tenancy.keyring import KeyUnavailable, keys_of
from tenancy.scope import current_tenant_id, tenant_scope

MOST_OPENED = 1_000

# What this process has opened. Asked only behind the tenant's keys: off means off here too.
_opened: dict[tuple[UUID, bytes], tuple[str, ...]] = {}
_kept: set[tuple[UUID, bytes]] = set()


def keep(campaign: Campaign, targets: Sequence[str]) -> bytes:
    """What names this table in tokens, once it is stored for good with the caller's transaction."""
    reference = reference_of(campaign.pk, targets)
    key = (current_tenant_id(), reference)
    if targets and key not in _kept:
        row = LinkTable(campaign=campaign, reference=reference.hex(), targets=list(targets))
        LinkTable.objects.bulk_create([row], ignore_conflicts=True)
        transaction.on_commit(lambda: _remember_kept(key))
    return reference


def reference_of(campaign_id: UUID, targets: Sequence[str]) -> bytes:
    named = campaign_id.bytes + orjson.dumps(list(targets))
    return hashlib.sha256(named).digest()[:REFERENCE_BYTES]


def target(tenant_id: UUID, reference: bytes, number: int) -> str:
    """Where the link with that number leads.

    The token does not sign the number: the table bounds what it can be. Raises TokenBroken without
    such a link, KeyUnavailable if the tenant's keys do not work.
    """
    try:
        keys_of(tenant_id)
    except KeyUnavailable:
        _forget(tenant_id)
        raise
    targets = _opened.get((tenant_id, reference))
    if targets is None:
        targets = _open(tenant_id, reference)
    if number >= len(targets):
        raise TokenBroken
    return targets[number]


def _open(tenant_id: UUID, reference: bytes) -> tuple[str, ...]:
    with tenant_scope(tenant_id):
        table = LinkTable.objects.filter(reference=reference.hex()).first()
        if table is None:
            raise TokenBroken
        targets = tuple(table.targets)
    if len(_opened) >= MOST_OPENED:
        _opened.clear()
    _opened[tenant_id, reference] = targets
    return targets


def _forget(tenant_id: UUID) -> None:
    for key in [key for key in _opened if key[0] == tenant_id]:
        _opened.pop(key, None)


def _remember_kept(key: tuple[UUID, bytes]) -> None:
    if len(_kept) >= MOST_OPENED:
        _kept.clear()
    _kept.add(key)
