"""The end of a workspace: asked for, decided by a second person, and undone as long as nothing is destroyed."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, connection, transaction

from accounts import countersign
from accounts.models import Membership
from accounts.roles import Role
from accounts.services import countersignatures
from audit import services as audit
from audit.services import SYSTEM, Actor
from compliance import stopping
from compliance.models import Ending
from compliance.models.ending import GRACE
from tenancy import clock
from tenancy import services as tenancy
from tenancy.errors import DomainError
from tenancy.models import Tenant
from tenancy.origins import url_on
from tenancy.scope import current_tenant_id

KIND = "workspace.end"
PERMISSION = "ending.allow"
LONGEST_REASON = 1000
LONGEST_WAIT = timedelta(days=366)
LEASE = timedelta(seconds=60)


class NotEnded(DomainError):
    """The end was not asked for, decided, moved or undone, for the reason that is given."""


def ask(*, typed_name: str, reason: str, actor: Actor) -> bool:
    """True if a second person of the workspace is asked, False if there is none: then an operator is.

    Raises NotEnded, and NotAsked while somebody is asked already.
    """
    tenant = workspace()
    reason = checked(reason)
    if typed_name.strip() != tenant.name:
        raise NotEnded("Type the name of this workspace exactly as it is written on the page.")
    refuse_unless_active(tenant)
    if countersignatures.somebody_may_decide(KIND, besides=actor.id):
        payload = {"reason": reason}
        countersignatures.ask(KIND, payload=payload, reason=reason, actor=actor, on=tenant)
        return True
    wait_for_operator(Ending.AskerKind.OWNER, reason=reason, actor=actor)
    return False


@transaction.atomic
def wait_for_operator(
    kind: Ending.AskerKind, *, reason: str, actor: Actor, days: int = GRACE.days
) -> Ending:
    """Nothing happens before an operator decides who is not `actor`. Raises NotEnded."""
    try:
        with transaction.atomic():
            ending = Ending.objects.create(
                asker_kind=kind,
                asked_by=actor.id,
                asked_by_name=actor.name,
                reason=reason,
                grace_days=days,
            )
    except IntegrityError as error:
        raise NotEnded("Somebody has asked for this already.") from error
    audit.record("workspace.end_asked", actor=actor, on=workspace(), days=days)
    return ending


def perform(payload: dict[str, Any], asked_by: Actor, decided_by: Actor) -> None:
    """What a second person of the workspace granted. Raises NotEnded."""
    ending = Ending(
        asker_kind=Ending.AskerKind.OWNER,
        asked_by=asked_by.id,
        asked_by_name=asked_by.name,
        reason=payload["reason"],
    )
    decide(ending, decided_by=decided_by)


@transaction.atomic
def decide(ending: Ending, *, decided_by: Actor) -> Ending:
    """Freeze the workspace of the scope, now. Raises NotEnded."""
    if ending.asked_by == decided_by.id:
        audit.record_denial("workspace.end_decided", actor=decided_by, reason="own request")
        raise NotEnded("You asked for this. Somebody else must decide.")
    # Not its key: whoever inserts a row of the workspace meanwhile does not wait.
    tenant = Tenant.objects.select_for_update(no_key=True).get(pk=current_tenant_id())
    refuse_unless_active(tenant)
    ending.decided_by, ending.decided_by_name = decided_by.id, decided_by.name
    ending.decided_at = clock.now()
    ending.destroy_at = ending.decided_at + timedelta(days=ending.grace_days)
    ending.save()
    tenant.status = Tenant.Status.ENDING
    tenant.save(update_fields=["status"])
    audit.record(
        "workspace.end_decided",
        actor=decided_by,
        on=tenant,
        asked_by=ending.asked_by,
        asked_by_name=ending.asked_by_name,
        destroy_at=ending.destroy_at.isoformat(),
    )
    _mail_owners(tenant, ending)
    return ending


def undo_as_owner(*, reason: str, actor: Actor) -> None:
    """What the operator ended at the end of the contract, the operator undoes. Raises NotEnded."""
    ending = current()
    if ending is None or ending.asker_kind != Ending.AskerKind.OWNER:
        raise NotEnded("The operator ended this workspace. Ask there to undo it.")
    undo(reason=reason, actor=actor)


@transaction.atomic
def undo(*, reason: str, actor: Actor) -> None:
    """Open the workspace again. What was canceled stays canceled. Raises NotEnded."""
    ending = locked()
    reason = checked(reason)
    if ending.destroying_since is not None:
        raise NotEnded("The destruction has begun. Nothing can bring the data back.")
    ending.closed_at, ending.closed_by = clock.now(), actor.id
    ending.closed_by_name = actor.name
    ending.save(update_fields=["closed_at", "closed_by", "closed_by_name"])
    tenant = Tenant.objects.select_for_update(no_key=True).get(pk=current_tenant_id())
    action = "workspace.end_undone" if ending.is_decided else "workspace.end_refused"
    if ending.is_decided:
        tenant.status = Tenant.Status.ACTIVE
        tenant.save(update_fields=["status"])
    audit.record(action, actor=actor, on=tenant, reason=reason)


@transaction.atomic
def postpone(*, until: datetime, reason: str, actor: Actor) -> Ending:
    """Keep the data for longer; never for less. Raises NotEnded."""
    ending = locked()
    reason = checked(reason)
    if ending.destroy_at is None or ending.destroying_since is not None:
        raise NotEnded("Only an end that is decided, and not carried out, can be put off.")
    if not ending.destroy_at < until <= clock.now() + LONGEST_WAIT:
        raise NotEnded("Choose a day after the present one, within a year from now.")
    was, ending.destroy_at = ending.destroy_at, until
    ending.save(update_fields=["destroy_at"])
    audit.record(
        "workspace.end_put_off",
        actor=actor,
        on=workspace(),
        was=was.isoformat(),
        destroy_at=until.isoformat(),
        reason=reason,
    )
    return ending


def stop() -> None:
    """End what is under way; asked again until nothing is. Repeat-safe."""
    claimed = Ending.objects.filter(closed_at=None, stopped_at=None).exclude(decided_at=None)
    if not claimed.update(lease_expires_at=clock.now() + LEASE):
        return
    found = stopping.stop_all()
    with transaction.atomic():
        ending = locked()
        for kind, stopped in found.items():
            ending.stopped[kind] = ending.stopped.get(kind, 0) + stopped.number
        ending.lease_expires_at = None
        if all(stopped.is_over for stopped in found.values()):
            ending.stopped_at = clock.now()
            audit.record("workspace.stopped", actor=SYSTEM, on=workspace(), **ending.stopped)
        ending.save(update_fields=["stopped", "stopped_at", "lease_expires_at"])


def due() -> list[tuple[UUID, str]]:
    """Workspaces with work of their end, and which step it is."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tenant, step FROM kernel.due_endings(%s)", [clock.now()])
        return list(cursor.fetchall())


def current() -> Ending | None:
    """The end of this workspace that waits or is decided."""
    return Ending.objects.filter(closed_at=None).select_related("job").first()


def locked() -> Ending:
    """Raises NotEnded if no end waits or is decided. For the caller's transaction."""
    ending = Ending.objects.select_for_update().filter(closed_at=None).first()
    if ending is None:
        raise NotEnded("This workspace does not end.")
    return ending


def workspace() -> Tenant:
    return Tenant.objects.get(pk=current_tenant_id())


def refuse_unless_active(tenant: Tenant) -> None:
    if tenant.status != Tenant.Status.ACTIVE:
        raise NotEnded("This workspace ends already.")


def checked(reason: str) -> str:
    reason = reason.strip()
    if not 0 < len(reason) <= LONGEST_REASON:
        raise NotEnded("Write why, in up to 1,000 characters.")
    return reason


def owners() -> list[Membership]:
    members = Membership.objects.select_related("user").filter(
        role=Role.OWNER, status=Membership.Status.ACTIVE
    )
    return list(members.order_by("pk"))


def sentence(_payload: dict[str, Any]) -> str:
    return (
        "End this workspace: everything stops at once, owners may take all of its data along, and it"
        f" is destroyed after {GRACE.days} days"
    )


def register() -> None:
    countersign.register(KIND, permission=PERMISSION, perform=perform, describe=sentence)


def _mail_owners(tenant: Tenant, ending: Ending) -> None:
    context = {
        "workspace": tenant.name,
        "asked_by": ending.asked_by_name,
        "decided_by": ending.decided_by_name,
        "day": f"{ending.destroy_at:%d %B %Y}",
        "link": url_on("staff", "/settings/ending/"),
    }
    for owner in owners():
        tenancy.queue_system_mail(to=owner.user.email, kind="workspace_ending", context=context)
