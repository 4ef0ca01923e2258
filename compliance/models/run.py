"""Runs of retention: what went, under which rules."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from compliance.retained import Periods, Retained
from tenancy import clock
from tenancy.models import Job, TenantForeignKey, TenantModel
from tenancy.while_frozen import WhileFrozen


class RetentionRun(TenantModel):
    """One run of a workspace. Once it has ended, a trigger lets nobody change what it says."""

    while_frozen = WhileFrozen.GOES_ON

    class Outcome(models.TextChoices):
        DONE = "done", "Everything that was due is gone"
        STOPPED = "stopped", "Stopped by a person"

    job = TenantForeignKey(Job, on_delete=models.SET_NULL, null=True, related_name="retention_runs")
    started_by = models.CharField(max_length=64)
    started_by_name = models.CharField(max_length=150)
    begun_at = models.DateTimeField(default=clock.now)
    ended_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=7, choices=Outcome, default="", blank=True)
    rule_version = models.PositiveIntegerField()
    # Class → days, as it was when the run began.
    days = models.JSONField()
    # Class, or "operational" → table → rows that are gone.
    removed = models.JSONField(default=dict)
    # SHA-256 of the certificate, which an audit event repeats.
    certificate_hash = models.CharField(max_length=64, default="", blank=True)
    event_id = models.UUIDField(null=True)

    class Meta(TenantModel.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["tenant"],
                condition=Q(ended_at__isnull=True),
                name="retention_one_run_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, outcome="", certificate_hash="")
                | (
                    Q(ended_at__isnull=False, outcome__in=["done", "stopped"])
                    & ~Q(certificate_hash="")
                ),
                name="retention_run_ended_with_a_certificate",
            ),
        ]
        indexes: ClassVar = [
            # For the page, newest first, and for kernel.due_retention.
            models.Index(fields=["tenant", "-begun_at"], name="retention_run_newest"),
        ]

    @property
    def periods(self) -> Periods:
        """Those of the certificate: a change in the middle of a run counts from the next one on."""
        return Periods({retained: self.days[retained.value] for retained in Retained})

    @property
    def rows(self) -> int:
        return sum(sum(tables.values()) for tables in self.removed.values())
