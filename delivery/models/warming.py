"""How much a name of ours that is new to mail operators may send to each of them in a day."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from tenancy import clock
from tenancy.models import TenantForeignKey, TenantModel
from tenancy.while_frozen import WhileFrozen

LEAST_START, START, MOST_START = 50, 100, 300


class WarmUpPlan(TenantModel):
    """For a sender domain of the workspace; in the platform's own scope for a sending address."""

    while_frozen = WhileFrozen.GOES_ON

    name = models.CharField(max_length=253)
    start = models.PositiveIntegerField(default=START)
    off_since = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta(TenantModel.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["tenant", "name"], name="warm_up_plan_once_per_name"),
            models.CheckConstraint(
                condition=Q(start__gte=LEAST_START, start__lte=MOST_START),
                name="warm_up_begins_carefully",
            ),
        ]


class WarmUp(TenantModel):
    """Where a plan stands with one mail operator. The counts are of `day`, the last with mail."""

    while_frozen = WhileFrozen.GOES_ON

    plan = TenantForeignKey(
        WarmUpPlan, on_delete=models.PROTECT, related_name="lanes", db_index=False
    )
    # An operator's name, or a keyed digest for somebody's own server.
    lane = models.CharField(max_length=40)
    day = models.DateField()
    days = models.PositiveIntegerField(default=1)
    cap = models.PositiveIntegerField()
    is_over = models.BooleanField(default=False)
    taken = models.PositiveIntegerField(default=0)
    accepted = models.PositiveIntegerField(default=0)
    deferred = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)
    complained = models.PositiveIntegerField(default=0)
    # Put off until later days.
    postponed = models.PositiveIntegerField(default=0)

    class Meta(TenantModel.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["tenant", "plan", "lane"], name="warm_up_once_per_lane")
        ]
