"""Orders that the oldest events of the log go."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from tenancy import clock
from tenancy.models import Job, TenantForeignKey, TenantModel
from tenancy.while_frozen import WhileFrozen


class Disposal(TenantModel):
    """What one person asked for and another granted: the events up to a month go, their places and
    hashes stay. A trigger on the events lets only those go that such a row names; another keeps the row
    as it was asked for.
    """

    while_frozen = WhileFrozen.GOES_ON

    class Status(models.TextChoices):
        ASKED = "asked", "Asked for"
        GRANTED = "granted", "Granted"
        ORDERED = "ordered", "Under way"
        STOPPED = "stopped", "Stopped"
        DONE = "done", "Done"

    # The last month, by its first day.
    month = models.DateField()
    # Places of the tree: the first, and the one after the last.
    first = models.PositiveBigIntegerField()
    end = models.PositiveBigIntegerField()
    # Whether the archives of these months stay; if not, they need not have been written.
    keeps_archives = models.BooleanField()
    status = models.CharField(max_length=7, choices=Status, default=Status.ASKED)
    asked_by = models.CharField(max_length=64)
    asked_by_name = models.CharField(max_length=150)
    asked_at = models.DateTimeField(default=clock.now, editable=False)
    granted_by = models.CharField(max_length=64, default="", blank=True)
    granted_by_name = models.CharField(max_length=150, default="", blank=True)
    granted_at = models.DateTimeField(null=True)
    # The order in the log itself; it never goes.
    event_id = models.UUIDField(null=True)
    # How far the work has come, and how many events it removed.
    reached = models.PositiveBigIntegerField()
    removed = models.PositiveBigIntegerField(default=0)
    job = TenantForeignKey(Job, on_delete=models.SET_NULL, null=True, related_name="+")
    ended_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(first__lt=F("end"), reached__gte=F("first"), reached__lte=F("end")),
                name="audit_disposal_is_of_events",
            ),
            models.CheckConstraint(
                condition=Q(status="asked", granted_by="")
                | (Q(granted_at__isnull=False) & ~Q(granted_by="") & ~Q(granted_by=F("asked_by"))),
                name="audit_disposal_granted_by_another",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["asked", "granted"], event_id__isnull=True)
                | Q(status__in=["ordered", "stopped", "done"], event_id__isnull=False),
                name="audit_disposal_begins_with_its_order",
            ),
            models.UniqueConstraint(
                fields=["tenant"],
                condition=Q(status__in=["granted", "ordered", "stopped"]),
                name="audit_disposal_one_at_a_time",
            ),
        ]

    @property
    def last(self) -> int:
        return self.end - 1
