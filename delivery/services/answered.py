"""Recording what a worker still learned before it died, from the journal that it left."""

import random
from collections.abc import Mapping
from uuid import UUID

from django.db import transaction

from delivery import fates, journal
from delivery.fates import Claimed
from delivery.models import Message
from delivery.services import recording
from delivery.services.recording import Result
from delivery.wire.door import Outcome
from tenancy import clock


def record_answers() -> int:
    """Take what dead workers of this machine wrote down. Returns how many messages that settled."""
    return sum(_record(token) for token in journal.tokens())


@transaction.atomic
def _record(token: UUID) -> int:
    """A lease that is still good belongs to a worker that lives."""
    held = Message.objects.filter(lease_token=token)
    if held.filter(lease_expires_at__gte=clock.now()).exists():
        return 0
    announced = held.filter(status=Message.Status.IN_DATA).select_for_update()
    answers = journal.read(token)
    claimed = [Claimed(*row) for row in announced.values_list(*Claimed._fields)]
    results = [_result(message, answers) for message in claimed if message.id in answers]
    recorded = len(recording.record(results, token=token)) if results else 0
    transaction.on_commit(lambda: journal.discard(token))
    return recorded


def _result(message: Claimed, answers: Mapping[UUID, tuple[str, Outcome]]) -> Result:
    address, outcome = answers[message.id]
    chance = random.random()  # noqa: S311
    return Result(
        message, fates.after_try(message, outcome, now=clock.now(), chance=chance), address
    )
