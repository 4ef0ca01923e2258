"""Who had which role, from when to when, given by whom and why."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from accounts.roles import Role
from tenancy.models import TenantModel
from tenancy.while_frozen import WhileFrozen


class Why(models.TextChoices):
    """What changed a membership. Free words would be read by people who may not see them."""

    JOINED = "joined", "Joined"
    ROLE = "role", "Given another role"
    SUSPENDED = "suspended", "Suspended by a person"
    RESTORED = "restored", "Let in again"
    DORMANT = "dormant", "Did not sign in for 45 days"
    EXPIRED = "expired", "The last day has passed"


class Entitlement(TenantModel):
    """One change of somebody's rights. A trigger on memberships writes it: no path leaves it out.

    `role` is what held from then on; empty: nothing. Append-only, without foreign keys.
    """

    while_frozen = WhileFrozen.GOES_ON

    membership_id = models.UUIDField()
    user_id = models.UUIDField()
    # Counts the changes of one membership.
    number = models.PositiveIntegerField()
    role = models.CharField(max_length=20, choices=Role, blank=True)
    why = models.CharField(max_length=10, choices=Why)
    changed_at = models.DateTimeField()
    changed_by = models.CharField(max_length=64, blank=True)
    changed_by_name = models.CharField(max_length=150, blank=True)

    class Meta(TenantModel.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["tenant", "membership_id", "number"], name="entitlement_numbered_once"
            ),
            models.CheckConstraint(
                condition=Q(role__in=["", *Role.values]), name="entitlement_has_a_known_role"
            ),
        ]
        indexes: ClassVar = [
            # For the page that asks who had what on a day.
            models.Index(fields=["tenant", "changed_at"], name="entitlement_changed_at"),
        ]
