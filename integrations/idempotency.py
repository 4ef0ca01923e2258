"""Repeatable POSTs: the same Idempotency-Key gets the same answer for a day, and acts once.

As in draft-ietf-httpapi-idempotency-key-header: another body under the same key is 422, a repetition
while the first is running 409. Answers hold identifiers, so they are sealed.
"""

from datetime import timedelta
from typing import NamedTuple
from uuid import UUID

from django.db import transaction

from integrations.models import IdempotentRequest
from integrations.problems import KeyReused, Problem, StillRunning
from tenancy import clock
from tenancy.keyring import current_keys

KEPT = timedelta(hours=24)
# No request of ours runs as long; one that is older died with its process and may be done again.
LONGEST_RUN = timedelta(minutes=2)
LONGEST_KEY = 255


class Answer(NamedTuple):
    status: int
    body: bytes


class KeyNotUsable(Problem):
    default_code = "idempotency_key_not_usable"


def begin(*, api_key_id: UUID, key: str, request: bytes) -> IdempotentRequest:
    """The row of this request: new, or with the `answer` that it was given before.

    Raises KeyReused if the key came with another request, StillRunning, and KeyNotUsable.
    """
    if not 0 < len(key) <= LONGEST_KEY:
        raise KeyNotUsable(f"Send an Idempotency-Key of 1 to {LONGEST_KEY} characters.")
    keys = current_keys()
    key_index = keys.blind_index("api.idempotency_key", key)
    request_index = keys.blind_index("api.request", request.decode("latin-1"))
    row = IdempotentRequest(api_key_id=api_key_id, key_index=key_index, request_index=request_index)
    with transaction.atomic():
        IdempotentRequest.objects.filter(
            api_key_id=api_key_id, key_index=key_index, started_at__lt=clock.now() - KEPT
        ).delete()
        IdempotentRequest.objects.bulk_create([row], ignore_conflicts=True)
        stored = IdempotentRequest.objects.select_for_update().get(
            api_key_id=api_key_id, key_index=key_index
        )
        if stored.pk != row.pk:
            _refuse_unless_repeated(stored, request_index)
    return stored


def _refuse_unless_repeated(row: IdempotentRequest, request_index: bytes) -> None:
    if row.request_index != request_index:
        raise KeyReused("This Idempotency-Key came with another request. Use a new key.")
    if row.status is None and row.started_at > clock.now() - LONGEST_RUN:
        raise StillRunning(
            "The first request with this Idempotency-Key is still running. Try again shortly.",
            headers={"Retry-After": "5"},
        )
    if row.status is None:
        row.started_at = clock.now()
        row.save(update_fields=["started_at"])


def end(row: IdempotentRequest, answer: Answer) -> None:
    """Keep the answer. After a fault of ours nothing is kept, so that the client may try again."""
    if answer.status >= 500:
        row.delete()
        return
    row.status, row.answer = answer
    row.save(update_fields=["status", "answer"])


def forget_old_answers() -> int:
    """Delete what is older than a day; how many rows that were."""
    deleted, _ = IdempotentRequest.objects.filter(started_at__lt=clock.now() - KEPT).delete()
    return deleted
