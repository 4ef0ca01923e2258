from datetime import datetime, timedelta
from typing import ClassVar

from django.db import models
from django.db.models import Q

from contacts.importing.dates import Order
from tenancy import clock
from tenancy.fields import SealedBinaryField, SealedJSONField, SealedTextField
from tenancy.models import Job, TenantForeignKey, TenantModel
from tenancy.while_frozen import WhileFrozen

VALUES_SHOWN_FOR = timedelta(minutes=5)


class ImportRun(TenantModel):
    """One file on its way to becoming contacts; the row says which step comes next."""

    while_frozen = WhileFrozen.WINDS_DOWN

    class Status(models.TextChoices):
        RECEIVING = "receiving", "Upload under way"
        UPLOADED = "uploaded", "Columns to be matched"
        MATCHED = "matched", "Consent basis to be chosen"
        CHECKING = "checking", "Dry run under way"
        CHECKED = "checked", "Ready to import"
        IMPORTING = "importing", "Importing"
        IMPORTED = "imported", "Imported"
        CANCELED = "canceled", "Canceled"
        FAILED = "failed", "Stopped by a fault"

    AT_WORK: ClassVar = (Status.CHECKING, Status.IMPORTING)
    MATCHABLE: ClassVar = (Status.UPLOADED, Status.MATCHED, Status.CHECKED)

    file_name = SealedTextField()
    encoding = models.CharField(max_length=10, default="")
    delimiter = models.CharField(max_length=1, default="")
    header = SealedJSONField(default=list)
    # One entry a column: the key of a field, or null to leave it out.
    mapping = SealedJSONField(null=True)
    order = models.CharField(max_length=12, default=Order.NOT_SHOWN.value)
    # What the file itself proved about its dates, found by the dry run.
    found_order = models.CharField(max_length=12, null=True)
    basis = SealedJSONField(null=True)
    # Counts by outcome and by code of problem: numbers only.
    counts = models.JSONField(default=dict)
    status = models.CharField(max_length=9, choices=Status, default=Status.UPLOADED)
    job = TenantForeignKey(Job, on_delete=models.SET_NULL, null=True, related_name="+")
    attempts = models.PositiveSmallIntegerField(default=0)
    lease_expires_at = models.DateTimeField(null=True)
    started_by_id = models.CharField(max_length=64)
    started_by_name = models.CharField(max_length=150)
    # When whoever uploaded the file asked last to see its first values.
    values_shown_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    ended_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(
                    status__in=[
                        "receiving", "uploaded", "matched", "checking", "checked", "importing",
                        "imported", "canceled", "failed",
                    ]
                ),
                name="import_has_a_known_status",
            ),
        ]  # fmt: skip
        indexes: ClassVar = [
            # For contacts.tasks: runs that wait for a worker, and runs whose worker is gone.
            models.Index(
                fields=["lease_expires_at"],
                condition=Q(status__in=["checking", "importing"]),
                name="import_at_work",
            ),
        ]

    @property
    def is_at_work(self) -> bool:
        return self.status in self.AT_WORK

    def values_shown_until(self, person_id: str) -> datetime | None:
        """Five minutes for whoever brought the file, while its columns can be matched; else None."""
        if self.values_shown_at is None or self.started_by_id != person_id:
            return None
        until = self.values_shown_at + VALUES_SHOWN_FOR
        return until if self.status in self.MATCHABLE and clock.now() < until else None

    @property
    def begun_job(self) -> Job:
        """The job of the step under way. Raises ValueError before the first."""
        if self.job is None:
            raise ValueError("no step of this import has begun")
        job: Job = self.job
        return job


class ImportChunk(TenantModel):
    """A piece of the uploaded file. Deleted when the import ends."""

    while_frozen = WhileFrozen.WINDS_DOWN

    run = TenantForeignKey(ImportRun, on_delete=models.CASCADE, related_name="+", db_index=False)
    position = models.PositiveIntegerField()
    content = SealedBinaryField()

    class Meta(TenantModel.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["tenant", "run", "position"], name="import_chunk_once_per_position"
            ),
        ]


class ImportProblem(TenantModel):
    """A row or cell of the file that was not taken, or an address that somebody should look at."""

    while_frozen = WhileFrozen.GOES_ON

    run = TenantForeignKey(ImportRun, on_delete=models.CASCADE, related_name="+", db_index=False)
    line = models.PositiveIntegerField()
    code = models.CharField(max_length=20)
    # column, sentence and the cells of the row, for the file of errors.
    detail = SealedJSONField()

    class Meta(TenantModel.Meta):
        indexes: ClassVar = [
            models.Index(fields=["tenant", "run", "line"], name="import_problem_of_run"),
        ]
