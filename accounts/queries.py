"""Reads: who somebody is, where they work, who has which role."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet, Subquery

from accounts.factor_queries import Held, has_app, has_passkey, held_by
from accounts.models import (
    Countersignature,
    EmergencyAccess,
    Invitation,
    Membership,
    SecuritySettings,
    SupportGrant,
    User,
)
from accounts.models.security import USUAL_HOURS, USUAL_IDLE
from accounts.networks import Network
from tenancy import clock
from tenancy.models import Tenant
from tenancy.scope import PLATFORM_TENANT_ID, platform_scope

# A refusal names a few people to ask, not a directory.
NAMES_SHOWN = 3


@dataclass(frozen=True)
class Standing:
    """A membership, and the limits that its workspace set for sessions."""

    membership: Membership
    idle: timedelta
    absolute: timedelta
    networks: list[Network]
    emergency_until: datetime | None
    support_until: datetime | None


@dataclass(frozen=True)
class Person:
    """A row of the people page."""

    membership: Membership
    held: Held


def workspaces_of(user: User) -> list[Tenant]:
    """The workspaces that somebody may enter, the one they joined first at the top."""
    with platform_scope():
        with connection.cursor() as cursor:
            cursor.execute("SELECT tenant_id FROM kernel.memberships_of(%s::uuid)", [user.id])
            ids = [row[0] for row in cursor.fetchall()]
        found = Tenant.objects.in_bulk(ids)
    return [found[tenant_id] for tenant_id in ids]


def count_workspaces(user: User) -> int:
    """How many workspaces somebody may enter, asked from any scope and within any transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM kernel.memberships_of(%s::uuid)", [user.id])
        count: int = cursor.fetchone()[0]
    return count


def active_membership(user_id: UUID) -> Membership | None:
    """The membership in the workspace of the scope, if it is active and the workspace opens."""
    return _active(user_id).first()


def standing(user_id: UUID) -> Standing | None:
    """What holds for somebody's request in the workspace of the scope; None if they are no member."""
    rules, now = SecuritySettings.objects.all(), clock.now()
    found = (
        _active(user_id)
        .annotate(
            idle_minutes=Subquery(rules.values("idle_minutes")[:1]),
            absolute_hours=Subquery(rules.values("absolute_hours")[:1]),
            networks=Subquery(rules.values("ip_allow_list")[:1]),
            emergency_until=Subquery(
                EmergencyAccess.objects.filter(
                    taken_by=str(user_id), ended_at=None, ends_at__gt=now
                ).values("ends_at")[:1]
            ),
            support_until=Subquery(
                SupportGrant.objects.filter(closed_at=None, ends_at__gt=now).values("ends_at")[:1]
            ),
        )
        .first()
    )
    if found is None:
        return None
    return Standing(
        found,
        timedelta(minutes=found.idle_minutes or USUAL_IDLE),
        timedelta(hours=found.absolute_hours or USUAL_HOURS),
        found.networks or [],
        found.emergency_until,
        found.support_until,
    )


def people() -> list[Person]:
    """Everybody of the workspace, by name, with the factors that they set up."""
    memberships = list(Membership.objects.select_related("user").order_by("user__name"))
    user_ids = [membership.user_id for membership in memberships]
    with platform_scope():
        held = held_by(user_ids)
    return [Person(membership, held[membership.user_id]) for membership in memberships]


def open_invitations() -> QuerySet[Invitation]:
    return Invitation.objects.filter(
        accepted_at__isnull=True, revoked_at__isnull=True, expires_at__gt=clock.now()
    ).order_by("email")


def names_with_roles(roles: Collection[str]) -> list[str]:
    """The first few people of the workspace with one of `roles`."""
    names = (
        Membership.objects.filter(role__in=roles, status=Membership.Status.ACTIVE)
        .order_by("user__name")
        .values_list("user__name", flat=True)
    )
    return list(names[:NAMES_SHOWN])


def names_of(user_ids: Collection[str]) -> list[str]:
    """Names of people of the workspace, also of those who have left it."""
    members = Membership.objects.filter(user_id__in=user_ids).order_by("user__name")
    return list(members.values_list("user__name", flat=True))


def has_second_factor(user: User) -> bool:
    return has_passkey(user) or has_app(user)


def is_enrolled(user: User) -> bool:
    """The same, from any scope."""
    with platform_scope():
        return has_second_factor(user)


def workspace_names(user: User) -> list[str]:
    return [workspace.name for workspace in workspaces_of(user)]


def all_workspaces() -> QuerySet[Tenant]:
    """Every workspace but the platform's own, newest first. For the platform's scope."""
    return Tenant.objects.exclude(pk=PLATFORM_TENANT_ID).order_by("-created_at")


def security_settings() -> SecuritySettings:
    """What the workspace decided about sign-in, or what holds until it decides."""
    return SecuritySettings.objects.first() or SecuritySettings()


def waiting_request(kind: str) -> Countersignature | None:
    """The question of this kind that waits for a second person."""
    return Countersignature.objects.filter(
        kind=kind, decision="", expires_at__gt=clock.now()
    ).first()


def active_with(roles: Collection[str]) -> QuerySet[Membership]:
    """Memberships of the people who have one of `roles`, for letters to them."""
    members = Membership.objects.select_related("user").filter(role__in=roles)
    return members.filter(status=Membership.Status.ACTIVE).order_by("pk")


def works_alone() -> bool:
    """Whether the workspace has no second person who could decide anything."""
    return Membership.objects.filter(status=Membership.Status.ACTIVE).count() == 1


def is_last_owner(membership: Membership) -> bool:
    others = Membership.objects.filter(role=membership.role, status=Membership.Status.ACTIVE)
    return not others.exclude(pk=membership.pk).exists()


def _active(user_id: UUID) -> QuerySet[Membership]:
    return Membership.objects.select_related("tenant").filter(
        user_id=user_id,
        status=Membership.Status.ACTIVE,
        tenant__status__in=Tenant.OPEN,
    )
