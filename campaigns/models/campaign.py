from typing import ClassVar

from django.db import models
from django.db.models import Q

from compliance.purposes import Purpose, Remuneration
from tenancy import clock
from tenancy.fields import SealedJSONField, SealedTextField
from tenancy.models import TenantForeignKey, TenantModel
from tenancy.while_frozen import WhileFrozen


class Campaign(TenantModel):
    """One message to the people of a segment. Name and content are sealed: either can tell of care."""

    while_frozen = WhileFrozen.WINDS_DOWN

    class Status(models.TextChoices):
        DRAFT = "draft", "Draft"
        SUBMITTED = "submitted", "Waiting for approval"
        APPROVED = "approved", "Approved"
        SCHEDULED = "scheduled", "Scheduled"
        SENDING = "sending", "Sending"
        PAUSED = "paused", "Paused"
        SENT = "sent", "Sent"
        CANCELED = "canceled", "Canceled"

    class Start(models.TextChoices):
        """When it goes out; part of what is approved."""

        ON_APPROVAL = "on_approval", "As soon as it is approved"
        AT_TIME = "at_time", "At a time"
        BY_HAND = "by_hand", "When somebody presses Send"

    class Protection(models.TextChoices):
        STRONGEST = "strongest", "Each person gets the strongest route their mailbox can prove"
        PORTAL = "portal", "Everybody reads it in the secure portal"

    class Label(models.IntegerChoices):
        """What the author says that it holds at least. It raises what is found in it, and never lowers it."""

        NOTHING = 0, "What is in it and who gets it decides"
        CARE = 1, "It tells at least that somebody gets care"
        HEALTH = 2, "It tells of somebody's health"
        SPECIAL = 3, "It is specially protected"

    # Content, audience and the rest may be changed; a change after draft voids the approval.
    EDITABLE: ClassVar = (Status.DRAFT, Status.SUBMITTED, Status.APPROVED)
    # Delivery hands over its messages, or will.
    UNDER_WAY: ClassVar = (Status.SCHEDULED, Status.SENDING, Status.PAUSED)
    WAS_STARTED: ClassVar = (Status.SENDING, Status.PAUSED, Status.SENT)

    name = SealedTextField()
    purpose = models.CharField(max_length=12, choices=Purpose)
    remuneration = models.CharField(
        max_length=8, choices=Remuneration, default=Remuneration.UNSTATED
    )
    recipe = models.CharField(max_length=30, default="")
    content = SealedJSONField()
    segment = TenantForeignKey(
        "segments.Segment", on_delete=models.PROTECT, null=True, related_name="+"
    )
    sender = TenantForeignKey(
        "compliance.Sender", on_delete=models.PROTECT, null=True, related_name="+"
    )
    protection = models.CharField(max_length=9, choices=Protection, default=Protection.STRONGEST)
    label = models.PositiveSmallIntegerField(choices=Label, default=Label.NOTHING, db_default=0)
    # By when it must have arrived: so long after it left, or at a time.
    arrives_within_hours = models.PositiveSmallIntegerField(null=True)
    arrives_by = models.DateTimeField(null=True)
    counts_clicks = models.BooleanField(default=True)
    counts_opens = models.BooleanField(default=False)
    start = models.CharField(max_length=11, choices=Start, default=Start.ON_APPROVAL)
    planned_at = models.DateTimeField(null=True)

    status = models.CharField(max_length=9, choices=Status, default=Status.DRAFT)
    # Counts saves of anything above: two editors never overwrite each other.
    version = models.PositiveIntegerField(default=1)
    # Ids of everybody who wrote any of it, none of whom may approve it.
    authors = models.JSONField(default=list)
    author_name = models.CharField(max_length=150, default="")
    # SHA-256 of what was submitted; what is sent must have the same.
    content_hash = models.CharField(max_length=64, default="")
    send_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    changed_at = models.DateTimeField(default=clock.now)
    began_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(
                    status__in=[
                        "draft", "submitted", "approved", "scheduled", "sending", "paused",
                        "sent", "canceled",
                    ]
                ),
                name="campaign_has_a_known_status",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["draft", "submitted", "approved", "canceled"])
                | Q(send_at__isnull=False),
                name="campaign_send_at_set_once_scheduled",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["draft", "canceled"]) | ~Q(content_hash=""),
                name="campaign_past_draft_is_bound_to_a_hash",
            ),
            models.CheckConstraint(
                condition=Q(start="at_time", planned_at__isnull=False)
                | Q(start__in=["on_approval", "by_hand"], planned_at__isnull=True),
                name="campaign_planned_at_goes_with_its_start",
            ),
            models.CheckConstraint(condition=Q(label__lte=3), name="campaign_has_a_known_label"),
            models.CheckConstraint(
                condition=Q(arrives_within_hours__isnull=True) | Q(arrives_by__isnull=True),
                name="campaign_must_arrive_by_one_deadline",
            ),
            models.CheckConstraint(
                condition=Q(arrives_within_hours__isnull=True)
                | Q(arrives_within_hours__range=(1, 2160)),
                name="campaign_must_arrive_within_90_days",
            ),
        ]  # fmt: skip
        indexes: ClassVar = [
            # For kernel.due_campaigns: scheduled, earliest first.
            models.Index(fields=["send_at"], condition=Q(status="scheduled"), name="campaign_due"),
            # For the list: newest first.
            models.Index(fields=["tenant", "-created_at"], name="campaign_newest"),
        ]

    @property
    def is_editable(self) -> bool:
        return self.status in self.EDITABLE


class TestSend(TenantModel):
    """A wish to see a campaign in a colleague's mailbox, as one contact would; delivery fulfills it."""

    while_frozen = WhileFrozen.WINDS_DOWN

    campaign = TenantForeignKey(Campaign, on_delete=models.CASCADE, related_name="+")
    contact = TenantForeignKey("contacts.Contact", on_delete=models.CASCADE, related_name="+")
    # The content at that moment: what is tested is what was seen.
    content = SealedJSONField()
    to = SealedTextField()
    requested_by = models.CharField(max_length=64)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    taken_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        indexes: ClassVar = [
            # For kernel.due_test_sends: not taken yet.
            models.Index(
                fields=["created_at"], condition=Q(taken_at__isnull=True), name="test_send_due"
            ),
        ]
