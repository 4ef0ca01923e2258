"""People who sign in, and what they may do in which workspace."""

from datetime import datetime, timedelta
from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from accounts.models.entitlements import Why
from accounts.roles import Role
from tenancy import clock
from tenancy.ids import uuid7
from tenancy.models import TenantModel
from tenancy.while_frozen import WhileFrozen

# Whoever talked two people into a reset finds nothing sensitive open while the real person is told.
COOLS_FOR = timedelta(hours=24)


class User(AbstractBaseUser):
    """A person, once, however many workspaces they work in.

    A workspace sees its members only: the table's wall asks accounts_membership.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    email = models.EmailField(unique=True)
    name = models.CharField(max_length=120)
    is_operator = models.BooleanField(default=False)
    # Empty: the time zone of the workspace.
    time_zone = models.CharField(max_length=40, blank=True)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    # When two people let this one set up new factors.
    factors_reset_at = models.DateTimeField(null=True)

    USERNAME_FIELD = "email"

    objects = BaseUserManager["User"]()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(email=Lower("email")), name="user_email_is_lower_case"
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)

    @property
    def cools_until(self) -> datetime | None:
        """Until when sensitive acts are closed to somebody whose factors were reset; None if they are open."""
        if self.factors_reset_at is None:
            return None
        until = self.factors_reset_at + COOLS_FOR
        return until if clock.now() < until else None


class Membership(TenantModel):
    """A person's role in a workspace."""

    while_frozen = WhileFrozen.GOES_ON

    class Status(models.TextChoices):
        ACTIVE = "active", "Active"
        SUSPENDED = "suspended", "Suspended"

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    role = models.CharField(max_length=20, choices=Role)
    status = models.CharField(max_length=10, choices=Status, default=Status.ACTIVE)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    # The last day, for somebody whose work here has an end; empty: until somebody ends it.
    expires_on = models.DateField(null=True)
    warned_at = models.DateTimeField(null=True)
    # The latest change of role or status. A trigger copies it to the history of entitlements.
    changed_at = models.DateTimeField(default=clock.now)
    changed_by = models.CharField(max_length=64, blank=True)
    changed_by_name = models.CharField(max_length=150, blank=True)
    changed_why = models.CharField(max_length=10, choices=Why, default=Why.JOINED)

    class Meta(TenantModel.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["tenant", "user"], name="membership_once_per_user"),
            models.CheckConstraint(
                condition=Q(role__in=Role.values), name="membership_has_a_known_role"
            ),
            models.CheckConstraint(
                condition=Q(status__in=["active", "suspended"]),
                name="membership_has_a_known_status",
            ),
        ]


class Invitation(TenantModel):
    """A single-use way into a workspace, mailed to one address."""

    while_frozen = WhileFrozen.GOES_ON

    email = models.EmailField()
    role = models.CharField(max_length=20, choices=Role)
    token_hash = models.BinaryField()
    invited_by = models.CharField(max_length=150)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    @property
    def state(self) -> str:
        """What became of it: accepted, withdrawn, expired, or waiting."""
        if self.accepted_at is not None:
            return "accepted"
        if self.revoked_at is not None:
            return "withdrawn"
        return "expired" if self.expires_at <= clock.now() else "waiting"

    class Meta(TenantModel.Meta):
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(role__in=Role.values), name="invitation_has_a_known_role"
            ),
            models.UniqueConstraint(
                fields=["tenant", "email"],
                condition=Q(accepted_at__isnull=True, revoked_at__isnull=True),
                name="invitation_open_once_per_address",
            ),
        ]
