"""Claiming due messages for one worker, keeping them while it works, giving them back."""

from collections.abc import Collection, Sequence
from datetime import timedelta
from typing import NamedTuple
from uuid import UUID

from django.db import connection, transaction

from delivery.fates import Claimed
from delivery.models import Message
from tenancy import clock
from tenancy.ids import uuid7
from tenancy.scope import current_tenant_id

# Longer than a worker may be silent between two renewals; a dead one costs this much delay.
LEASE_LASTS = timedelta(minutes=5)

# Materialized: a plan that runs the inner query once for each row would claim more than the limit.
_CLAIM = """
WITH due AS MATERIALIZED (
    SELECT id FROM delivery_message
    WHERE tenant_id = %s::uuid AND mail_class = %s AND status IN ('queued', 'deferred')
        AND due_at <= %s::timestamptz
        AND NOT (cause = 'campaign' AND cause_id = ANY(%s::uuid[]))
    ORDER BY due_at LIMIT %s::int FOR UPDATE SKIP LOCKED
)
UPDATE delivery_message AS message SET
    status = 'leased', lease_token = %s::uuid, lease_expires_at = %s::timestamptz,
    attempts = message.attempts + 1,
    first_tried_at = coalesce(message.first_tried_at, %s::timestamptz)
FROM due
WHERE message.id = due.id
RETURNING message.id, cause, cause_id, contact_id, mail_class, message_id, message.attempts,
    message.first_tried_at, unsafe_since, uncertain_at
"""

_RENEW = """
UPDATE delivery_message SET lease_expires_at = %s::timestamptz
WHERE tenant_id = %s::uuid AND status IN ('leased', 'in_data') AND lease_token = %s::uuid
"""


class Lease(NamedTuple):
    """Messages of one tenant that are this worker's until the lease runs out."""

    token: UUID
    messages: list[Claimed]


def claim(
    limit: int, *, stopped: Collection[UUID], classes: Sequence[str] = Message.BY_URGENCY
) -> Lease:
    """Up to `limit` due messages, but for those of stopped campaigns: class by class, oldest first."""
    token, now, tenant = uuid7(), clock.now(), current_tenant_id()
    claimed: list[Claimed] = []
    with transaction.atomic(), connection.cursor() as cursor:
        for mail_class in classes:
            wanted = limit - len(claimed)
            if not wanted:
                break
            cursor.execute(
                _CLAIM,
                [tenant, mail_class, now, list(stopped), wanted, token, now + LEASE_LASTS, now],
            )
            claimed += [Claimed(*row) for row in cursor.fetchall()]
    return Lease(token, claimed)


def renew(token: UUID) -> int:
    """Keep what is still being worked on. Returns how many messages that are."""
    with connection.cursor() as cursor:
        cursor.execute(_RENEW, [clock.now() + LEASE_LASTS, current_tenant_id(), token])
        return int(cursor.rowcount)
