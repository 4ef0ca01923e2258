"""What was leased by a worker that is gone (architecture §4, the lease rule)."""

from django.db import connection, transaction

from delivery import chronicle
from delivery.chronicle import Turn
from delivery.models import MessageEvent
from delivery.retries import RETRIED_WHEN_UNCERTAIN, UNCERTAIN_WAIT
from delivery.services.answered import record_answers
from tenancy import clock
from tenancy.scope import current_tenant_id

# No dot was announced, so nothing can have arrived: as if it had never been claimed.
_REQUEUE = """
UPDATE delivery_message
SET status = 'queued', lease_token = NULL, lease_expires_at = NULL, attempts = attempts - 1
WHERE tenant_id = %s::uuid AND status = 'leased' AND lease_expires_at < %s::timestamptz
RETURNING id, status, reason
"""

# A dot was announced and may have been sent: never simply queued again. What the worker's own journal
# knows better has been recorded before.
_MARK_UNCERTAIN = """
UPDATE delivery_message SET
    status = CASE WHEN again THEN 'deferred' ELSE 'uncertain' END,
    reason = CASE WHEN again THEN '' ELSE 'no_answer' END,
    due_at = CASE WHEN again THEN %s::timestamptz ELSE due_at END,
    settled_at = CASE WHEN again THEN NULL ELSE %s::timestamptz END,
    uncertain_at = coalesce(uncertain_at, %s::timestamptz),
    lease_token = NULL, lease_expires_at = NULL
FROM (
    SELECT id AS expired_id, mail_class = ANY(%s::text[]) AND uncertain_at IS NULL AS again
    FROM delivery_message
    WHERE tenant_id = %s::uuid AND status = 'in_data' AND lease_expires_at < %s::timestamptz
    FOR UPDATE
) AS expired
WHERE id = expired_id
RETURNING id, status, reason
"""


@transaction.atomic
def recover_expired() -> tuple[int, int]:
    """Take back what dead workers held; what their journals tell is recorded as they would have.

    Returns how many were queued again, and how many nobody knows about: bulk mail among these is
    left alone, mail about care goes once more later.
    """
    known_unsent = record_answers()
    now, tenant = clock.now(), current_tenant_id()
    retried = [mail_class.value for mail_class in RETRIED_WHEN_UNCERTAIN]
    with connection.cursor() as cursor:
        cursor.execute(_REQUEUE, [tenant, now])
        queued = [Turn(*row) for row in cursor.fetchall()]
        cursor.execute(_MARK_UNCERTAIN, [now + UNCERTAIN_WAIT, now, now, retried, tenant, now])
        uncertain = [
            Turn(key, status, reason, kind=MessageEvent.Kind.UNCERTAIN.value)
            for key, status, reason in cursor.fetchall()
        ]
    MessageEvent.objects.bulk_create(
        MessageEvent(message_id=turn.id, kind=turn.kind, occurred_at=now) for turn in uncertain
    )
    if queued or uncertain:
        chronicle.tell_turns(
            "messages.recovered",
            [*queued, *uncertain],
            queued=len(queued),
            uncertain=len(uncertain),
        )
    return known_unsent + len(queued), len(uncertain)
