"""The regular look at the audit log: how to look, who has to and when, and that they did."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from tenancy import clock
from tenancy.fields import SealedJSONField, SealedTextField
from tenancy.models import TenantModel
from tenancy.while_frozen import WhileFrozen


class SavedView(TenantModel):
    """Filters of the audit log under a name. Ids only, like the page's own address."""

    while_frozen = WhileFrozen.GOES_ON

    name = SealedTextField()
    kind = models.CharField(max_length=10, blank=True)
    actor_id = models.CharField(max_length=64, blank=True)
    object_id = models.CharField(max_length=64, blank=True)
    is_whole = models.BooleanField(default=False)
    saved_by_name = models.CharField(max_length=150)
    saved_at = models.DateTimeField(default=clock.now, editable=False)


class ReviewPlan(TenantModel):
    """Who looks through the log, and how often. Any of the reviewers does it for all."""

    while_frozen = WhileFrozen.GOES_ON

    every_days = models.PositiveSmallIntegerField(default=30)
    # Ids of people; whoever has left or lost the right counts no more.
    reviewers = models.JSONField(default=list)
    due_at = models.DateTimeField()
    reminded_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["tenant"], name="review_plan_once_a_tenant"),
            models.CheckConstraint(
                condition=Q(every_days__range=(1, 366)), name="review_plan_within_a_year"
            ),
        ]


class Review(TenantModel):
    """A sign-off (45 CFR 164.308(a)(1)(ii)(D)). Append-only."""

    while_frozen = WhileFrozen.GOES_ON

    reviewer_id = models.CharField(max_length=64)
    reviewer_name = models.CharField(max_length=150)
    begin = models.DateTimeField()
    end = models.DateTimeField()
    events = models.PositiveBigIntegerField()
    # Names of the saved views that the reviewer opened in this time, from the log itself.
    views = SealedJSONField()
    note = SealedTextField()
    # What the log was when it was signed off: a checkpoint of the tree.
    size = models.PositiveBigIntegerField()
    root = models.BinaryField()

    class Meta(TenantModel.Meta):
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(begin__lt=F("end")), name="review_ends_after_it_began"
            ),
        ]
        indexes: ClassVar = [
            # For the page of reviews, and for where the next one begins.
            models.Index(fields=["tenant", "-end"], name="review_newest"),
        ]
