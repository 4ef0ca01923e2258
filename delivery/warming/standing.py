"""Where each plan stands, for a page; and what people change about it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from audit import services as audit
from audit.services import Actor
from delivery.lanes.operators import OTHER, operator_of
from delivery.models import Message, WarmUp, WarmUpPlan
from delivery.models.warming import START
from delivery.warming import keeping
from delivery.warming import plan as rules
from tenancy import clock

DIGITS = 6


@dataclass(frozen=True)
class Row:
    """A plan with one mail operator. The counts are of today, or 0."""

    operator: str
    day: int
    cap: int
    sent: int
    deferred: int
    is_over: bool
    is_clean: bool


@dataclass(frozen=True)
class Standing:
    """Of one sender domain or sending address."""

    id: UUID | None
    name: str
    start: int
    off_since: datetime | None
    rows: tuple[Row, ...]

    @property
    def key(self) -> str:
        """For the ids of a page."""
        return self.id.hex if self.id else "new"


def of(name: str) -> Standing:
    """Also for a name that has sent nothing yet."""
    nothing = Standing(None, name, START, None, ())
    return next(iter(_standings(WarmUpPlan.objects.filter(name=name))), nothing)


def all_of_them() -> list[Standing]:
    """Of the scope: the workspace's sender domains, or the platform's addresses."""
    return _standings(WarmUpPlan.objects.order_by("name"))


def begin_with(name: str, start: int, *, actor: Actor) -> None:
    """How many messages a day each operator gets at first, of those that got none yet."""
    with transaction.atomic():
        plan = _locked(name)
        plan.start = start
        plan.save(update_fields=["start"])
        audit.record("warm_up.start_changed", actor=actor, on=plan, start=start)


def switch_off(name: str, *, reason: str, actor: Actor) -> None:
    """Its mail goes without caps from now on. What waits in the scope for any cap is looked at again."""
    with transaction.atomic():
        plan = _locked(name)
        plan.off_since = plan.off_since or clock.now()
        plan.save(update_fields=["off_since"])
        waiting = Message.objects.filter(status=Message.Status.QUEUED, reason="warming_up")
        waiting.update(due_at=clock.now())
        audit.record("warm_up.switched_off", actor=actor, on=plan, reason=reason)


def switch_on(name: str, *, actor: Actor) -> None:
    """Its caps count again, as they stood."""
    with transaction.atomic():
        plan = _locked(name)
        plan.off_since = None
        plan.save(update_fields=["off_since"])
        audit.record("warm_up.switched_on", actor=actor, on=plan)


def _locked(name: str) -> WarmUpPlan:
    plan, _ = WarmUpPlan.objects.get_or_create(name=name)
    return WarmUpPlan.objects.select_for_update().get(pk=plan.pk)


def _standings(plans: Iterable[WarmUpPlan]) -> list[Standing]:
    rows: dict[str, list[Row]] = {}
    for lane in WarmUp.objects.select_related("plan").order_by("lane"):
        rows.setdefault(lane.plan.name, []).append(_row(lane))
    return [
        Standing(plan.id, plan.name, plan.start, plan.off_since, tuple(rows.get(plan.name, ())))
        for plan in plans
    ]


def _row(lane: WarmUp) -> Row:
    """As the next message would find it."""
    rules.turn_over(lane, lane.plan.start, keeping.today())
    operator = operator_of(lane.lane)
    digits = f" · {lane.lane.rpartition('-')[2][:DIGITS]}" if operator.name == OTHER else ""
    return Row(
        operator.label + digits,
        lane.days,
        lane.cap,
        lane.taken,
        lane.deferred,
        lane.is_over,
        rules.is_clean(lane),
    )
