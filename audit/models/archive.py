"""Closed months of the log, each as one sealed file."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from tenancy import clock
from tenancy.fields import SealedBinaryField
from tenancy.models import Job, TenantForeignKey, TenantModel
from tenancy.while_frozen import WhileFrozen


class Archive(TenantModel):
    """The events of one month, in the order of the tree. Once it is ready, a trigger lets nobody change
    what it says; it can only be checked, and its file disposed of by two people.
    """

    while_frozen = WhileFrozen.GOES_ON

    class Status(models.TextChoices):
        WRITING = "writing", "Being written"
        READY = "ready", "Ready"
        STOPPED = "stopped", "Stopped by a person"
        FAILED = "failed", "Not written"
        DISPOSED = "disposed", "Disposed of"

    # Its first day, in UTC.
    month = models.DateField()
    status = models.CharField(max_length=8, choices=Status, default=Status.WRITING)
    # Places of the tree: the first, and the one after the last.
    first = models.PositiveBigIntegerField()
    end = models.PositiveBigIntegerField()
    # The roots of the complete subtrees over everything before the first, and before the end.
    before = models.BinaryField()
    after = models.BinaryField(default=b"")
    # The checkpoint in the file: how many events it was signed over, and their root.
    size = models.PositiveBigIntegerField(null=True)
    root = models.BinaryField(null=True)
    # Of the file before it is sealed.
    sha256 = models.CharField(max_length=64, default="", blank=True)
    length = models.PositiveBigIntegerField(default=0)
    attempts = models.PositiveSmallIntegerField(default=0)
    job = TenantForeignKey(Job, on_delete=models.SET_NULL, null=True, related_name="+")
    begun_at = models.DateTimeField(default=clock.now, editable=False)
    ready_at = models.DateTimeField(null=True)
    checked_at = models.DateTimeField(null=True)
    # What the last check found; empty if everything held.
    problem = models.TextField(default="", blank=True)

    class Meta(TenantModel.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["tenant", "month"], name="audit_archive_once_a_month"),
            models.CheckConstraint(
                condition=Q(first__lt=F("end")), name="audit_archive_holds_an_event"
            ),
            models.CheckConstraint(
                condition=Q(
                    status__in=["ready", "disposed"],
                    ready_at__isnull=False,
                    size__gte=F("end"),
                    root__isnull=False,
                )
                & ~Q(sha256="")
                | Q(status__in=["writing", "stopped", "failed"], ready_at__isnull=True, sha256=""),
                name="audit_archive_is_ready_with_a_file",
            ),
        ]

    @property
    def events(self) -> int:
        return self.end - self.first

    @property
    def last(self) -> int:
        return self.end - 1


class ArchivePiece(TenantModel):
    """A piece of the file, sealed under the workspace's key."""

    while_frozen = WhileFrozen.GOES_ON

    archive = TenantForeignKey(Archive, on_delete=models.CASCADE, related_name="+", db_index=False)
    position = models.PositiveIntegerField()
    # In clear, so that a reader finds a place in the file without opening what is before it.
    length = models.PositiveIntegerField()
    content = SealedBinaryField()

    class Meta(TenantModel.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["tenant", "archive", "position"], name="audit_piece_once_a_position"
            ),
        ]
