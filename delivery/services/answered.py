"""Recording what a worker still learned before it died, from the journal that it left."""

import random
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from delivery import fates, journal
from delivery.fates import Claimed
from delivery.journal import Account
from delivery.models import Message
from delivery.routes import FORGOTTEN
from delivery.services import recording
from delivery.services.recording import Result
from delivery.wire import door
from tenancy import clock


def record_answers() -> int:
    """Take what dead workers of this machine wrote down. Returns how many messages are queued again."""
    return sum(_record(token) for token in journal.tokens())


@transaction.atomic
def _record(token: UUID) -> int:
    """A lease that is still good belongs to a worker that lives."""
    held = _held(token)
    if held.filter(lease_expires_at__gte=clock.now()).exists():
        return 0
    announced = held.filter(status=Message.Status.IN_DATA).select_for_update()
    told = journal.read(token)
    claimed = [Claimed(*row) for row in announced.values_list(*Claimed._fields)]
    results = [result for message in claimed if (result := _result(message, told))]
    if results:
        recording.record(results, token=token)
    transaction.on_commit(lambda: journal.discard(token))
    return sum(result.fate == fates.released() for result in results)


def _held(token: UUID) -> QuerySet[Message]:
    """Told as the index of leases says it: it is a needle among a million messages."""
    held: QuerySet[Message] = Message.objects.filter(status__in=Message.AT_WORK, lease_token=token)
    return held


def _result(message: Claimed, told: Account) -> Result | None:
    """None for a message of which nobody knows what the server did with it."""
    if message.id in told.answers:
        address, outcome = told.answers[message.id]
        # No host was safe, so none was told of it; which they were, the journal does not say.
        if outcome.result is door.Result.UNPROTECTED:
            return Result(message, fates.released(), address)
        tried = fates.Try(FORGOTTEN, clock.now(), chance=random.random())  # noqa: S311
        fate = fates.after_try(message, outcome, tried)
        # For the portal its text is needed, which went with the worker: the next try finds the same.
        if fate.status == Message.Status.ESCROWED:
            fate = fates.released()
        return Result(message, fate, address)
    if told.is_whole and message.id not in told.announced:
        return Result(message, fates.released())
    return None
