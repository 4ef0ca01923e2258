"""Gives committed events their place in their tenant's tree, and signs how far the trees have grown.

The rows of the queue are claimed, never tailed by id: a transaction that commits late is not passed over.
All tenants are served together by a few statements.
"""

from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction

from audit import signing
from audit.notes import Checkpoint, sign
from tenancy import clock
from tenancy.ids import uuid7
from tenancy.scope import platform_scope

BATCH = 5_000
# A busy tenant gets a checkpoint a minute. Who keeps one can ask for a fresh one at any time.
SIGNED_EVERY = timedelta(minutes=1)


def sequence() -> int:
    """Append every waiting event of every tenant. Returns how many that were."""
    appended = 0
    with platform_scope():
        while batch := _append():
            appended += batch
    return appended


def sign_grown(*, at_least_every: timedelta = SIGNED_EVERY) -> int:
    """Sign the trees that grew and were not signed lately. Returns how many."""
    now = clock.now()
    with platform_scope():
        key = signing.current()
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "SELECT tenant_id, size, root FROM kernel.audit_unsigned(%s::timestamptz)",
                [now - at_least_every],
            )
            grown = cursor.fetchall()
            if not grown:
                return 0
            notes = [sign(Checkpoint(origin(row[0]), row[1], bytes(row[2])), key) for row in grown]
            cursor.execute(
                "SELECT kernel.audit_sign(%s::uuid[], %s::uuid[], %s::bigint[], %s::text[], %s, %s)",
                [
                    [uuid7() for _ in grown], [row[0] for row in grown], [row[1] for row in grown],
                    notes, key.public_key().public_bytes_raw(), now,
                ],
            )  # fmt: skip
            (signed,) = cursor.fetchone()
    return int(signed)


def catch_up() -> None:
    """Everything that is committed now is in the trees, and signed."""
    sequence()
    sign_grown(at_least_every=timedelta(0))


def origin(tenant_id: UUID) -> str:
    """The name of a tenant's tree in its checkpoints: an opaque id, no name of a customer."""
    return f"{settings.PUBLIC_DOMAIN}/audit/{tenant_id}"


def _append() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT kernel.audit_append(%s)", [BATCH])
        return int(cursor.fetchone()[0])
