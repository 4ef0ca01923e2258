"""People who sign in, what they may do in which workspace, and how they prove who they are.

Secrets and sessions belong to the platform's tenant: they exist before it is known which workspace
somebody works in, and no workspace may read them.
"""

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django_otp.models import Device

from accounts.roles import Role
from tenancy import clock
from tenancy.fields import BlindIndexField, SealedBinaryField, SealedJSONField
from tenancy.ids import uuid7
from tenancy.models import TenantModel


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


class Membership(TenantModel):
    """A person's role in a workspace."""

    class Status(models.TextChoices):
        ACTIVE = "active", "Active"
        SUSPENDED = "suspended", "Suspended"

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    role = models.CharField(max_length=20, choices=Role)
    status = models.CharField(max_length=10, choices=Status, default=Status.ACTIVE)
    created_at = models.DateTimeField(default=clock.now, editable=False)

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

    email = models.EmailField()
    role = models.CharField(max_length=20, choices=Role)
    token_hash = models.BinaryField()
    invited_by = models.CharField(max_length=150)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

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


class Session(TenantModel):
    """A browser's session: a hash of its key, and sealed content. In the platform's tenant."""

    key_hash = models.BinaryField()
    user = models.ForeignKey(User, on_delete=models.CASCADE, null=True)
    content = SealedJSONField()
    address = models.GenericIPAddressField(null=True)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    seen_at = models.DateTimeField(default=clock.now)

    class Meta(TenantModel.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["tenant", "key_hash"], name="session_once_per_key"),
        ]
        indexes: ClassVar = [
            # For services.sessions: all sessions of a person, and those that have run out.
            models.Index(fields=["tenant", "user"], name="session_user"),
            models.Index(fields=["tenant", "seen_at"], name="session_seen_at"),
        ]


class TotpDevice(TenantModel, Device):  # type: ignore[misc]
    """An authenticator app (RFC 6238). The seed is sealed; a time step works once."""

    seed = SealedBinaryField()
    last_step = models.BigIntegerField(default=0)
    created_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta(TenantModel.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["tenant", "user"], name="totp_device_once_per_person"),
        ]


class RecoveryCode(TenantModel):
    """One of ten codes for the day the phone is lost. Stored as a keyed hash, used once."""

    user = models.ForeignKey(User, on_delete=models.CASCADE)
    code_hash = models.BinaryField()
    used_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["tenant", "user", "code_hash"], name="recovery_code_once_per_person"
            ),
        ]


class SignInFailures(TenantModel):
    """How often an account name or an address failed in a row; the row's key tells neither."""

    subject = BlindIndexField()
    failures = models.PositiveIntegerField(default=0)
    failed_at = models.DateTimeField()

    class Meta(TenantModel.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["tenant", "subject"], name="failures_once_per_subject"),
        ]


class ApiKey(TenantModel):
    """A system that works with this workspace. The key itself is shown once and never stored."""

    name = models.CharField(max_length=80)
    # The first characters, by which people tell keys apart.
    hint = models.CharField(max_length=12)
    secret_hash = models.BinaryField()
    scopes = models.JSONField()
    created_by = models.CharField(max_length=150)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["tenant", "secret_hash"], name="api_key_once_per_secret"
            ),
        ]
        indexes: ClassVar = [
            # For kernel.tenant_of_api_key: a request knows its key before its tenant.
            models.Index(fields=["secret_hash"], name="api_key_secret"),
        ]

    @property
    def is_expired(self) -> bool:
        return self.expires_at <= clock.now()

    @property
    def is_usable(self) -> bool:
        return self.revoked_at is None and not self.is_expired
