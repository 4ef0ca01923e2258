"""Removing rows for good, through the one door that the database has for it."""

import hashlib
from collections.abc import Collection
from uuid import UUID

from django.db import connection

from tenancy import context
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
    table = model._meta.db_table
    digest = hashlib.sha256(",".join(map(str, ordered)).encode()).hexdigest()
    claim = context.claim(f"remove|{current_tenant_id()}|{table}|{digest}")
    with connection.cursor() as cursor:
        cursor.execute(_DOOR, [table, claim.number, claim.mac, ordered])
        return int(cursor.fetchone()[0])
