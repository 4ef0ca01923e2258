"""Removing rows for good, through the one door that the database has for it."""

import hashlib
from collections.abc import Collection
from uuid import UUID

from django.db import connection

from tenancy import context, keyring
from tenancy.models import TenantModel
from tenancy.scope import current_tenant_id

_DOOR = "SELECT kernel.remove(%s, %s::smallint, %s, %s::uuid[])"


def remove(model: type[TenantModel], ids: Collection[UUID]) -> int:
    """Delete these rows, append-only ones too. Answers how many.

    Fails for tables that no migration opened with `kernel.allow_removal`, and for what a legal hold
    keeps.
    """
    if not ids:
        return 0
    ordered = sorted(ids)
    number, mac = _signature(model._meta.db_table, ordered)
    with connection.cursor() as cursor:
        cursor.execute(_DOOR, [model._meta.db_table, number, mac, ordered])
        return int(cursor.fetchone()[0])


def _signature(table: str, ids: list[UUID]) -> tuple[int, bytes]:
    """What the database wants to see: SQL alone cannot remove a row here."""
    key = keyring.context_key()
    digest = hashlib.sha256(",".join(map(str, ids)).encode()).hexdigest()
    claim = f"{key.number}|remove|{current_tenant_id()}|{table}|{digest}"
    return key.number, bytes.fromhex(context.signed(claim, key).rpartition("|")[2])
