"""Files of people on their way out."""

from datetime import datetime, timedelta
from typing import ClassVar

from django.db import models
from django.db.models import Q

from tenancy import clock
from tenancy.fields import SealedBinaryField, SealedTextField
from tenancy.models import Job, TenantForeignKey, TenantModel
from tenancy.while_frozen import WhileFrozen

# After that whoever still needs it asks again, with fresher data.
FILE_LASTS = timedelta(hours=24)


class ContactExport(TenantModel):
    """One file: who asked, what for, which fields, and what became of it. The row stays, the file goes."""

    while_frozen = WhileFrozen.GOES_ON

    class Status(models.TextChoices):
        ASKED = "asked", "Waits for a second person"
        QUEUED = "queued", "Being written"
        READY = "ready", "Ready to be taken"
        TAKEN = "taken", "Taken"
        EXPIRED = "expired", "Deleted, nobody took it"
        CANCELED = "canceled", "Canceled"
        FAILED = "failed", "Not written"

    # In each row of the file, so that a copy that turns up somewhere leads back here.
    watermark = models.CharField(max_length=12)
    profile = models.CharField(max_length=10)
    fields = models.JSONField()
    source = models.CharField(max_length=20)
    source_id = models.UUIDField(null=True)
    reason = SealedTextField()
    # How many people the preview showed: the file never holds more.
    most_rows = models.PositiveIntegerField()
    rows = models.PositiveIntegerField(null=True)
    status = models.CharField(max_length=8, choices=Status)
    job = TenantForeignKey(Job, on_delete=models.SET_NULL, null=True, related_name="+")
    lease_expires_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    # Shown once, and never in the same place as the file.
    password = SealedTextField(null=True)
    asked_by = models.CharField(max_length=64)
    asked_by_name = models.CharField(max_length=150)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    ready_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(
                    status__in=[
                        "asked", "queued", "ready", "taken", "expired", "canceled", "failed",
                    ]
                ),
                name="contact_export_has_a_known_status",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["expired", "canceled", "failed"]) | Q(password__isnull=True),
                name="contact_export_without_file_has_no_password",
            ),
            models.UniqueConstraint(
                fields=["tenant", "watermark"], name="contact_export_once_per_watermark"
            ),
        ]  # fmt: skip
        indexes: ClassVar = [
            # For kernel.due_exports: files to write, and files to delete.
            models.Index(
                fields=["status", "ready_at"],
                condition=Q(status__in=["queued", "ready"]),
                name="contact_export_due",
            ),
        ]

    @property
    def ends_at(self) -> datetime | None:
        return self.ready_at + FILE_LASTS if self.ready_at else None

    @property
    def is_ready(self) -> bool:
        is_fresh = self.ready_at is not None and clock.now() < self.ready_at + FILE_LASTS
        return self.status == self.Status.READY and is_fresh


class ExportChunk(TenantModel):
    """A piece of the encrypted file, sealed once more. Deleted when it was taken or has expired."""

    while_frozen = WhileFrozen.GOES_ON

    export = TenantForeignKey(
        ContactExport, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    position = models.PositiveIntegerField()
    content = SealedBinaryField()

    class Meta(TenantModel.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["tenant", "export", "position"], name="export_chunk_once_per_position"
            ),
        ]
