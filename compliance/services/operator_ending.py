"""The operator's part of an end: the second person of a workspace with one, and the end of a contract."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection

from audit.models import AuditEvent
from audit.services import Actor
from compliance import queries
from compliance.models import Agreement, Ending
from compliance.models.ending import GRACE
from compliance.services import ending as services
from compliance.services.ending import NotEnded
from tenancy.models import DestructionOrder, Tenant
from tenancy.scope import platform_scope, tenant_scope


@dataclass(frozen=True)
class Seen:
    """What an operator sees of a workspace's end: no reason, and nothing of what is in it."""

    tenant: Tenant
    ending: Ending | None
    certificate: str


def ask(tenant_id: UUID, *, reason: str, actor: Actor, days: int = GRACE.days) -> Ending:
    """End a workspace whose contract is over; whoever ended it there is the first of the two people.

    If nobody did, a second operator decides. Raises NotEnded while an agreement is in force.
    """
    with tenant_scope(tenant_id):
        reason = services.checked(reason)
        services.refuse_unless_active(services.workspace())
        if queries.agreement_in_force() is not None:
            raise NotEnded("An agreement is in force. An owner ends it first, under Compliance.")
        if not GRACE.days <= days <= services.LONGEST_WAIT.days:
            raise NotEnded("Choose thirty days at least, and a year at most.")
        if Ending.objects.filter(closed_at=None).exists():
            raise NotEnded("An end is asked for already. Decide that one.")
        ended = _who_ended_the_agreement()
        if ended is None:
            kind = Ending.AskerKind.OPERATOR
            return services.wait_for_operator(kind, reason=reason, actor=actor, days=days)
        ending = Ending(
            asker_kind=Ending.AskerKind.OPERATOR,
            asked_by=ended.actor_id,
            asked_by_name=ended.actor_name,
            asked_at=ended.recorded_at,
            reason=reason,
            grace_days=days,
        )
        return services.decide(ending, decided_by=actor)


def allow(tenant_id: UUID, *, actor: Actor) -> Ending:
    """Decide what waits for an operator. Raises NotEnded, also for whoever asked."""
    with tenant_scope(tenant_id):
        ending = services.current()
        if ending is None or ending.is_decided:
            raise NotEnded("Nothing waits for an operator here.")
        return services.decide(ending, decided_by=actor)


def undo(tenant_id: UUID, *, reason: str, actor: Actor) -> None:
    """Refuse what waits, or open the frozen workspace again. Raises NotEnded."""
    with tenant_scope(tenant_id):
        services.undo(reason=reason, actor=actor)


def postpone(tenant_id: UUID, *, until: datetime, reason: str, actor: Actor) -> None:
    """Raises NotEnded."""
    with tenant_scope(tenant_id):
        services.postpone(until=until, reason=reason, actor=actor)


def waiting_and_decided() -> list[UUID]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT tenant FROM kernel.endings_for_operators()")
        return [row[0] for row in cursor.fetchall()]


def seen(tenant_id: UUID) -> Seen:
    with platform_scope():
        tenant = Tenant.objects.get(pk=tenant_id)
        order = DestructionOrder.objects.filter(pk=tenant_id).first()
    with tenant_scope(tenant_id):
        ending = services.current()
    return Seen(tenant, ending, order.certificate if order else "")


def _who_ended_the_agreement() -> AuditEvent | None:
    ended = Agreement.objects.filter(status=Agreement.Status.ENDED).order_by("-ended_at").first()
    if ended is None:
        return None
    events = AuditEvent.objects.filter(action="agreement.ended", object_id=str(ended.pk))
    return events.order_by("-recorded_at").first()
