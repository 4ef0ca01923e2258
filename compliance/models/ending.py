"""The end of a workspace: who asked, who allowed it, when its data is destroyed, and the files that go back."""

from datetime import datetime, timedelta
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from tenancy import clock
from tenancy.fields import SealedBinaryField, SealedTextField
from tenancy.models import Job, TenantForeignKey, TenantModel
from tenancy.while_frozen import WhileFrozen

# Agreement 5.4 and 45 CFR 164.504(e)(2)(ii)(J): time to take the data along and to change one's mind.
GRACE = timedelta(days=30)
# A whole workspace is large, and whoever takes it may have to wait for a disk.
FILE_LASTS = timedelta(days=7)


class Ending(TenantModel):
    """One end that was asked for. Frozen from `decided_at`; closed if it was undone or refused.

    Triggers keep what was asked, let the day of destruction move later only, and refuse to destroy
    a workspace without an end that two people decided, or under a legal hold.
    """

    while_frozen = WhileFrozen.GOES_ON

    class AskerKind(models.TextChoices):
        OWNER = "user", "An owner"
        OPERATOR = "operator", "The platform's operator"

    asker_kind = models.CharField(max_length=8, choices=AskerKind)
    asked_by = models.CharField(max_length=64)
    asked_by_name = models.CharField(max_length=150)
    asked_at = models.DateTimeField(default=clock.now, editable=False)
    reason = SealedTextField()
    # Days between the decision and the destruction, as asked for.
    grace_days = models.PositiveSmallIntegerField(default=GRACE.days)
    # Empty while it waits for an operator.
    decided_by = models.CharField(max_length=64, default="", blank=True)
    decided_by_name = models.CharField(max_length=150, default="", blank=True)
    decided_at = models.DateTimeField(null=True)
    destroy_at = models.DateTimeField(null=True)
    # What was under way, by kind, and when nothing of it was left.
    stopped = models.JSONField(default=dict)
    stopped_at = models.DateTimeField(null=True)
    # Undone, or refused by the operator who was asked.
    closed_at = models.DateTimeField(null=True)
    closed_by = models.CharField(max_length=64, default="", blank=True)
    closed_by_name = models.CharField(max_length=150, default="", blank=True)
    # The destruction: its progress, and table → rows that are gone.
    job = TenantForeignKey(Job, on_delete=models.SET_NULL, null=True, related_name="+")
    lease_expires_at = models.DateTimeField(null=True)
    destroying_since = models.DateTimeField(null=True)
    removed = models.JSONField(default=dict)

    class Meta(TenantModel.Meta):
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(asker_kind__in=["user", "operator"]), name="ending_asker_is_known"
            ),
            models.CheckConstraint(
                condition=Q(decided_by="", decided_at__isnull=True, destroy_at__isnull=True)
                | (
                    Q(decided_at__isnull=False, destroy_at__gte=F("decided_at") + GRACE)
                    & ~Q(decided_by="")
                    & ~Q(decided_by=F("asked_by"))
                ),
                name="ending_decided_by_another_with_a_grace",
            ),
            models.CheckConstraint(
                condition=Q(grace_days__gte=GRACE.days), name="ending_has_a_grace"
            ),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True, closed_by="")
                | (Q(closed_at__isnull=False) & ~Q(closed_by="")),
                name="ending_closed_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(destroying_since__isnull=True)
                | Q(closed_at__isnull=True, destroying_since__gte=F("destroy_at")),
                name="ending_destroyed_after_its_grace",
            ),
            models.UniqueConstraint(
                fields=["tenant"], condition=Q(closed_at__isnull=True), name="ending_one_at_a_time"
            ),
        ]

    @property
    def is_decided(self) -> bool:
        return self.decided_at is not None


class DataReturn(TenantModel):
    """The whole of a workspace's data as one encrypted file, for the owner who asked for it."""

    while_frozen = WhileFrozen.GOES_ON

    class Status(models.TextChoices):
        QUEUED = "queued", "Being written"
        READY = "ready", "Ready to be taken"
        TAKEN = "taken", "Taken"
        EXPIRED = "expired", "Deleted, nobody took it"
        CANCELED = "canceled", "Canceled"
        FAILED = "failed", "Not written"

    status = models.CharField(max_length=8, choices=Status, default=Status.QUEUED)
    job = TenantForeignKey(Job, on_delete=models.SET_NULL, null=True, related_name="+")
    lease_expires_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    # Shown once, and never in the same place as the file.
    password = SealedTextField(null=True)
    # File → rows and SHA-256, as its manifest says.
    manifest = models.JSONField(default=dict)
    size = models.PositiveBigIntegerField(default=0)
    asked_by = models.CharField(max_length=64)
    asked_by_name = models.CharField(max_length=150)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    ready_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(
                    status__in=["queued", "ready", "taken", "expired", "canceled", "failed"]
                ),
                name="data_return_has_a_known_status",
            ),
            models.UniqueConstraint(
                fields=["tenant"],
                condition=Q(status__in=["queued", "ready"]),
                name="data_return_one_at_a_time",
            ),
        ]

    @property
    def ends_at(self) -> datetime | None:
        return self.ready_at + FILE_LASTS if self.ready_at else None

    @property
    def is_ready(self) -> bool:
        is_fresh = self.ready_at is not None and clock.now() < self.ready_at + FILE_LASTS
        return self.status == self.Status.READY and is_fresh

    @property
    def rows(self) -> int:
        return sum(file["rows"] for file in self.manifest.values())


class ReturnChunk(TenantModel):
    """A piece of the encrypted file, sealed once more. Deleted when it was taken or has expired."""

    while_frozen = WhileFrozen.GOES_ON

    of = TenantForeignKey(DataReturn, on_delete=models.CASCADE, related_name="+", db_index=False)
    position = models.PositiveIntegerField()
    content = SealedBinaryField()

    class Meta(TenantModel.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["tenant", "of", "position"], name="return_chunk_once_per_position"
            ),
        ]
