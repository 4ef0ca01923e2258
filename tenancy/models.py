from typing import Any, ClassVar, Self, TypeVar
from uuid import UUID

from django.db import models
from django.db.models import Q

from tenancy import clock
from tenancy.fields import BlindIndexField, SealedJSONField, SealedTextField
from tenancy.ids import uuid7
from tenancy.scope import PLATFORM_TENANT_ID, current_tenant_id
from tenancy.while_frozen import WhileFrozen

Row_co = TypeVar("Row_co", bound=models.Model, covariant=True)


class TenantManager(models.Manager[Row_co]):
    """Shows rows of the tenant in scope. Raises TenantContextMissing without a scope."""

    def get_queryset(self) -> models.QuerySet[Row_co]:
        return super().get_queryset().filter(tenant_id=current_tenant_id())


class Tenant(models.Model):
    """A customer's workspace; when it has ended, its tombstone. A trigger keeps the order of states."""

    class Status(models.TextChoices):
        ACTIVE = "active", "Active"
        SUSPENDED = "suspended", "Suspended"
        ENDING = "ending", "Ending"
        DESTROYING = "destroying", "Being destroyed"
        DESTROYED = "destroyed", "Destroyed"

    # Nobody can sign in to one of the others.
    OPEN: ClassVar = (Status.ACTIVE, Status.ENDING)

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(max_length=120)
    slug = models.SlugField(max_length=60, unique=True)
    status = models.CharField(max_length=12, choices=Status, default=Status.ACTIVE)
    time_zone = models.CharField(max_length=40, default="America/New_York")
    created_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(
                    status__in=["active", "suspended", "ending", "destroying", "destroyed"]
                ),
                name="tenant_has_a_known_status",
            ),
            models.CheckConstraint(
                condition=Q(status="active") | ~Q(pk=PLATFORM_TENANT_ID),
                name="tenant_of_the_platform_never_ends",
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)

    @property
    def is_ending(self) -> bool:
        """Frozen: nothing comes in, leaves or changes; its people may look and take their data along."""
        return self.status == self.Status.ENDING


class TenantModel(models.Model):
    """Base of every table that belongs to a tenant.

    The migration guards the table with `SELECT kernel.guard('table')`; the catalogue check refuses
    to start the service when one is forgotten.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    tenant = models.ForeignKey(
        Tenant,
        on_delete=models.DO_NOTHING,
        default=current_tenant_id,
        editable=False,
        db_index=False,
        related_name="+",
    )
    tenant_id: UUID

    # Whether rows stay when the workspace is destroyed: then nothing in them may be about a patient.
    outlives_tenant: ClassVar[bool] = False
    while_frozen: ClassVar[WhileFrozen] = WhileFrozen.KEPT
    objects: ClassVar[TenantManager[Self]] = TenantManager()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return str(self.id)


class TenantForeignKey(models.ForeignKey[Any, Any]):
    """A reference to a row of the same tenant.

    Django cannot relate to a composite key, so the constraint on (tenant_id, column) is made in the
    migration: `SELECT kernel.refer('table', 'column', 'referenced_table')`.
    """

    def __init__(self, to: Any, on_delete: Any, **options: Any) -> None:
        options["db_constraint"] = False
        super().__init__(to, on_delete, **options)

    def deconstruct(self) -> tuple[str, str, Any, Any]:
        name, path, args, kwargs = super().deconstruct()
        kwargs.pop("db_constraint", None)
        return name, path, args, kwargs


class KeyRing(models.Model):
    """Whether a tenant's keys may be used. Lives in the keys database, one row a tenant."""

    tenant = models.UUIDField(primary_key=True)
    # Counted up with every change: a process that holds the keys in memory compares it.
    changes = models.PositiveBigIntegerField(default=0)
    disabled_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return str(self.tenant)


class WrappedKey(models.Model):
    """A key of a tenant, wrapped by the KMS. Lives in the keys database; destroyed by emptying `wrapped`."""

    class Purpose(models.TextChoices):
        SEAL = "seal"
        DERIVE = "derive"  # blind indexes, links, codes: for the life of the tenant
        CONTEXT = "context"  # the platform's: signs tenant contexts

    class State(models.TextChoices):
        ACTIVE = "active"
        DECRYPT_ONLY = "decrypt_only"
        DESTROYED = "destroyed"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    tenant = models.UUIDField()
    purpose = models.CharField(max_length=8, choices=Purpose, default=Purpose.SEAL)
    version = models.PositiveIntegerField()
    state = models.CharField(max_length=12, choices=State, default=State.ACTIVE)
    wrapped = models.BinaryField(null=True)
    # Names the root key that wrapped it; empty for keys of before ADR 24.
    root = models.CharField(max_length=64, blank=True)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    retired_at = models.DateTimeField(null=True)
    destroyed_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["tenant", "purpose", "version"], name="wrapped_key_once_per_version"
            ),
            models.UniqueConstraint(
                fields=["tenant", "purpose"],
                condition=Q(state="active"),
                name="wrapped_key_active_once_per_purpose",
            ),
            models.CheckConstraint(
                condition=Q(purpose__in=["seal", "derive", "context"]),
                name="wrapped_key_has_a_known_purpose",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["active", "decrypt_only"], wrapped__isnull=False)
                | Q(state="destroyed", wrapped__isnull=True, destroyed_at__isnull=False),
                name="wrapped_key_is_empty_once_destroyed",
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)


class ErasureOrder(models.Model):
    """A person whose data had to go. Lives in the keys database, which is never older than the main one:
    a restore of older rows erases them again. Append-only.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    tenant = models.UUIDField()
    contact = models.UUIDField()
    # Keyed: who presents the address or record number finds the proof that was kept; nobody lists people.
    record_token = BlindIndexField()
    email_token = BlindIndexField(null=True)
    # Of the address, if it has to stay suppressed without being known.
    suppressed_index = BlindIndexField(null=True)
    ordered_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["tenant", "contact"], name="erasure_ordered_once"),
        ]

    def __str__(self) -> str:
        return str(self.id)


class DestructionOrder(models.Model):
    """A workspace that had to go, and its certificate. Lives in the keys database, which is never older
    than the main one: a restore of older rows destroys them again. Triggers let nobody take it back,
    fill in the certificate twice, or make a key for such a workspace.
    """

    tenant = models.UUIDField(primary_key=True)
    ordered_at = models.DateTimeField(default=clock.now, editable=False)
    # Ids of the accounts that get the certificate by mail.
    told = models.JSONField(default=list)
    certificate = models.TextField(default="", blank=True)
    certified_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(certificate="", certified_at__isnull=True)
                | (~Q(certificate="") & Q(certified_at__isnull=False)),
                name="destruction_certified_with_its_time",
            ),
        ]

    def __str__(self) -> str:
        return str(self.tenant)


class Job(TenantModel):
    """A long piece of work that a person can watch and stop."""

    class Status(models.TextChoices):
        QUEUED = "queued"
        RUNNING = "running"
        SUCCEEDED = "succeeded"
        FAILED = "failed"
        CANCELED = "canceled"

    OPEN: ClassVar = (Status.QUEUED, Status.RUNNING)

    while_frozen = WhileFrozen.GOES_ON
    kind = models.CharField(max_length=40)
    status = models.CharField(max_length=10, choices=Status, default=Status.QUEUED)
    total = models.PositiveBigIntegerField(default=0)
    done = models.PositiveBigIntegerField(default=0)
    cancel_requested_at = models.DateTimeField(null=True)
    # Held by the worker that is at it; a worker that died is followed by another one.
    lease_expires_at = models.DateTimeField(null=True)
    problem = SealedTextField(null=True)
    started_by = models.CharField(max_length=64)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    ended_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(status__in=["queued", "running", "succeeded", "failed", "canceled"]),
                name="job_has_a_known_status",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["queued", "running"], ended_at__isnull=True)
                | Q(status__in=["succeeded", "failed", "canceled"], ended_at__isnull=False),
                name="job_ended_at_set_once_ended",
            ),
        ]

    @property
    def is_open(self) -> bool:
        return self.status in self.OPEN

    @property
    def percent(self) -> int:
        return min(100, self.done * 100 // self.total) if self.total else 0


class SystemMail(TenantModel):
    """Mail of the service itself (invitation, reset, notice), waiting for delivery to drain it."""

    class Status(models.TextChoices):
        QUEUED = "queued"
        SENT = "sent"
        FAILED = "failed"

    while_frozen = WhileFrozen.GOES_ON
    to = SealedTextField()
    kind = models.CharField(max_length=40)
    context = SealedJSONField()
    status = models.CharField(max_length=8, choices=Status, default=Status.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(default=clock.now)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    sent_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(status__in=["queued", "sent", "failed"]),
                name="system_mail_has_a_known_status",
            ),
        ]
        indexes: ClassVar = [
            # For delivery.worker: queued mail, oldest first.
            models.Index(fields=["due_at"], condition=Q(status="queued"), name="system_mail_due"),
        ]
