"""Taking sight of PHI in an emergency: at once, for a reason, seen by everybody who has to know."""

from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.urls import reverse

from accounts.models import EmergencyAccess, Membership
from accounts.models.exceptional import LONGEST_EMERGENCY, REVIEW_WITHIN
from accounts.roles import Role
from audit import services as audit
from audit.services import SYSTEM, Actor
from tenancy import clock
from tenancy import services as tenancy
from tenancy.errors import DomainError
from tenancy.models import Tenant
from tenancy.origins import url_on
from tenancy.scope import current_tenant_id

# Who is told at once, and looks at it afterwards.
TOLD = (Role.OWNER, Role.COMPLIANCE_OFFICER)
LONGEST_REASON = 1000


class NotTaken(DomainError):
    """The access cannot be taken: it has no reason, is too long, or is open already."""


class NotReviewed(DomainError):
    """The review has no words, or is somebody's of their own act."""


@transaction.atomic
def take(*, reason: str, minutes: int, by: Membership, actor: Actor) -> EmergencyAccess:
    """See PHI from the next click on, until the time is over. Raises NotTaken."""
    reason = reason.strip()
    if not reason or len(reason) > LONGEST_REASON:
        raise NotTaken("Say what the emergency is, in up to 1,000 characters.")
    length = timedelta(minutes=minutes)
    if not timedelta(0) < length <= LONGEST_EMERGENCY:
        raise NotTaken("Choose a time of up to 60 minutes.")
    Membership.objects.select_for_update().get(pk=by.pk)
    _close(_running_out(actor.id))
    if EmergencyAccess.objects.filter(taken_by=actor.id, ended_at=None).exists():
        raise NotTaken("You have this access already.")
    now = clock.now()
    access = EmergencyAccess.objects.create(
        taken_by=actor.id,
        taken_by_name=actor.name,
        reason=reason,
        began_at=now,
        ends_at=now + length,
    )
    audit.record("emergency.taken", actor=actor, on=access, minutes=minutes, reason=reason)
    _tell(access, is_reminder=False)
    return access


@transaction.atomic
def end(taken_by: str, *, actor: Actor) -> None:
    """Give it back before its time. Repeat-safe."""
    for access in EmergencyAccess.objects.select_for_update().filter(
        taken_by=taken_by, ended_at=None
    ):
        access.ended_at = min(clock.now(), access.ends_at)
        access.save(update_fields=["ended_at"])
        audit.record("emergency.ended", actor=actor, on=access)


@transaction.atomic
def review(access_id: UUID, *, finding: str, actor: Actor) -> EmergencyAccess:
    """Sign off that somebody looked at what was done. Raises NotReviewed."""
    access = EmergencyAccess.objects.select_for_update().get(pk=access_id)
    if access.taken_by == actor.id:
        audit.record_denial("emergency.reviewed", actor=actor, on=access, reason="own access")
        raise NotReviewed("You took this access. Somebody else must look at it.")
    if access.reviewed_at is not None:
        raise NotReviewed(f"{access.reviewed_by_name} has signed it off.")
    if not finding.strip():
        raise NotReviewed("Write what you found.")
    access.finding = finding.strip()[:LONGEST_REASON]
    access.reviewed_by, access.reviewed_by_name = actor.id, actor.name
    access.reviewed_at = clock.now()
    access.save(update_fields=["finding", "reviewed_by", "reviewed_by_name", "reviewed_at"])
    audit.record("emergency.reviewed", actor=actor, on=access, finding=access.finding)
    return access


@transaction.atomic
def look_after() -> None:
    """Close what has run out, and remind of reviews that nobody gave within a day."""
    _close(_running_out())
    overdue = EmergencyAccess.objects.select_for_update().filter(
        reviewed_at=None, reminded_at=None, began_at__lte=clock.now() - REVIEW_WITHIN
    )
    for access in overdue.order_by("pk"):
        access.reminded_at = clock.now()
        access.save(update_fields=["reminded_at"])
        audit.record("emergency.unreviewed", actor=SYSTEM, on=access)
        _tell(access, is_reminder=True)


def _running_out(taken_by: str = "") -> list[EmergencyAccess]:
    rows = EmergencyAccess.objects.select_for_update().filter(
        ended_at=None, ends_at__lte=clock.now()
    )
    return list(rows.filter(taken_by=taken_by) if taken_by else rows)


def _close(accesses: list[EmergencyAccess]) -> None:
    for access in accesses:
        access.ended_at = access.ends_at
        access.save(update_fields=["ended_at"])
        audit.record("emergency.ended", actor=SYSTEM, on=access)


def _tell(access: EmergencyAccess, *, is_reminder: bool) -> None:
    context = {
        "workspace": Tenant.objects.get(pk=current_tenant_id()).name,
        "taken_by": access.taken_by_name,
        "is_reminder": is_reminder,
        "link": url_on("staff", reverse("emergencies:list")),
    }
    told = Membership.objects.select_related("user").filter(
        role__in=TOLD, status=Membership.Status.ACTIVE
    )
    for member in told.exclude(user_id=UUID(access.taken_by)).order_by("pk"):
        address = member.user.email
        tenancy.queue_system_mail(to=address, kind="emergency_taken", context=context)
