"""Looking after messages that must arrive: one look, one transaction, at most one step."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from compliance import queries as compliance
from delivery.chronicle import Turn, tell_turns
from delivery.models import FollowUp, Message, MessageEvent, MustArrive
from delivery.must_arrive import standing, steps
from delivery.must_arrive.standing import Standing, State
from tenancy import clock

Stage = MustArrive.Stage
# How soon a message is looked at again that a worker holds at this moment.
AT_WORK_FOR = timedelta(minutes=5)
ENDS = {
    State.READ: Stage.ARRIVED,
    State.ACCEPTED: Stage.ARRIVED,
    State.WITHDRAWN: Stage.CALLED_OFF,
}


def look_after_due(limit: int = 200) -> int:
    """Look at each message whose time has come. Returns how many that were."""
    due = MustArrive.objects.filter(look_at__lte=clock.now()).order_by("look_at")
    ids = list(due.values_list("pk", "message_id")[:limit])
    return sum(look_at(promise_id, message_id) for promise_id, message_id in ids)


@transaction.atomic
def look_at(promise_id: UUID, message_id: UUID) -> bool:
    """See where it stands, and do what comes next. Whoever comes second finds nothing to do.

    The message is locked first, as its worker does, so that neither waits for the other.
    """
    message = (
        Message.objects.select_for_update(of=("self",)).select_related("tenant").get(pk=message_id)
    )
    due = MustArrive.objects.filter(pk=promise_id, look_at__lte=clock.now())
    promise = due.select_for_update(skip_locked=True).first()
    if promise is None:
        return False
    second = standing.second_of(promise)
    found = standing.better(standing.of(message), standing.of(second) if second else None)
    if _is_looked_after(promise):
        _stand(promise, Stage.CALLED_OFF, "looked_after", until=None)
    elif message.status in Message.AT_WORK:
        _wait(promise, clock.now() + AT_WORK_FOR)
    elif _has_time(promise, found):
        _wait(promise, promise.waits_until)
    elif found.state in ENDS:
        _stand(promise, ENDS[found.state], found.reason, until=None)
    else:
        _go_on(promise, message, found)
    return True


def _has_time(promise: MustArrive, found: Standing) -> bool:
    """A server that took it may still give it back; the rest may still change for the better."""
    return found.state in {State.ACCEPTED, State.WAITS} and clock.now() < promise.waits_until


def _is_looked_after(promise: MustArrive) -> bool:
    """Somebody has told the person already, and said so."""
    return FollowUp.objects.filter(
        message=promise.message_id, done_at__gte=promise.created_at
    ).exists()


def _go_on(promise: MustArrive, message: Message, found: Standing) -> None:
    """The next way that can be gone; each that cannot be is told too."""
    case = steps.Case(promise, message, found.reason)
    reached = MustArrive.CHAIN.index(promise.stage)
    for stage in MustArrive.CHAIN[reached + 1 :]:
        try:
            with transaction.atomic():
                steps.STEPS[stage](case)
        except steps.NotPossible as hindrance:
            _tell(promise, {"step": stage.value, "reason": found.reason, "not": str(hindrance)})
        else:
            patience = timedelta(hours=compliance.policy().must_arrive_step_hours)
            until = None if stage is Stage.STAFF else clock.now() + patience
            _stand(promise, stage, found.reason, until=until)
            return


def _stand(promise: MustArrive, stage: Stage, reason: str, *, until: datetime | None) -> None:
    """`until` is None where nothing more is tried."""
    promise.stage, promise.reason = stage, reason
    promise.look_at, promise.waits_until = until, until or promise.waits_until
    promise.save(update_fields=["stage", "reason", "waits_until", "look_at"])
    _tell(promise, {"step": stage.value, "reason": reason})


def _wait(promise: MustArrive, until: datetime) -> None:
    promise.look_at = until
    promise.save(update_fields=["look_at"])


def _tell(promise: MustArrive, detail: dict[str, str]) -> None:
    """In the story of the message and in the audit trail, in the same words."""
    kind = MessageEvent.Kind.HAD_TO_ARRIVE
    MessageEvent.objects.create(message_id=promise.message_id, kind=kind, detail=detail)
    tell_turns("messages.looked_after", [Turn(promise.message_id, kind=kind.value)], **detail)
