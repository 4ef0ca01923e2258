"""Saying for good that the dots of these messages may follow: the line between safe and uncertain.

A group at a time; its worker's journal says which of them have followed (ADR 5).
"""

from collections.abc import Collection
from uuid import UUID

from django.db import connection

from tenancy import clock
from tenancy.scope import current_tenant_id

# `status || ''`: found by their ids. The index of leased messages, which statistics take for empty, holds
# the whole chunk.
_ANNOUNCE = """
UPDATE delivery_message SET status = 'in_data', in_data_at = %s::timestamptz
WHERE tenant_id = %s::uuid AND id = ANY(%s::uuid[]) AND lease_token = %s::uuid
    AND status || '' = 'leased' AND NOT (cause = 'campaign' AND cause_id = ANY(%s::uuid[]))
RETURNING id
"""


def announce(ids: Collection[UUID], *, token: UUID, stopped: Collection[UUID]) -> set[UUID]:
    """Those that may be handed over. The others were stopped, or their lease has passed on."""
    with connection.cursor() as cursor:
        cursor.execute(
            _ANNOUNCE, [clock.now(), current_tenant_id(), list(ids), token, list(stopped)]
        )
        return {row[0] for row in cursor.fetchall()}
