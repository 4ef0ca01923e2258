from datetime import timedelta
from typing import ClassVar

from django.db import models
from django.db.models import Q

from campaigns.models.campaign import Campaign
from tenancy import clock
from tenancy.fields import SealedJSONField, SealedTextField
from tenancy.models import TenantForeignKey, TenantModel
from tenancy.while_frozen import WhileFrozen

# An approval looked at how things were; after two weeks somebody looks again.
APPROVAL_LASTS = timedelta(days=14)


class Approval(TenantModel):
    """One question to a second person, and the answer. It covers `document` and nothing else."""

    while_frozen = WhileFrozen.WINDS_DOWN

    class Decision(models.TextChoices):
        APPROVED = "approved", "Approved"
        REFUSED = "refused", "Sent back"

    campaign = TenantForeignKey(Campaign, on_delete=models.CASCADE, related_name="approvals")
    # What was asked about: content, segment version, purpose, sender, route policy, window.
    document = SealedJSONField()
    content_hash = models.CharField(max_length=64)
    requested_by = models.CharField(max_length=64)
    requested_by_name = models.CharField(max_length=150)
    requested_at = models.DateTimeField(default=clock.now, editable=False)
    decision = models.CharField(max_length=8, choices=Decision, default="", blank=True)
    decided_by = models.CharField(max_length=64, default="")
    decided_by_name = models.CharField(max_length=150, default="")
    decided_at = models.DateTimeField(null=True)
    reason = SealedTextField(null=True)
    is_self_attested = models.BooleanField(default=False)
    expires_at = models.DateTimeField(null=True)
    voided_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(decision="", decided_at__isnull=True, decided_by="")
                | (
                    Q(decision__in=["approved", "refused"], decided_at__isnull=False)
                    & ~Q(decided_by="")
                ),
                name="approval_decision_has_its_person_and_time",
            ),
            models.CheckConstraint(
                condition=~Q(decision="approved") | Q(expires_at__isnull=False),
                name="approval_given_expires",
            ),
            models.CheckConstraint(
                condition=~Q(decided_by=models.F("requested_by")) | Q(is_self_attested=True),
                name="approval_by_another_than_who_asked",
            ),
            models.UniqueConstraint(
                fields=["tenant", "campaign"],
                condition=Q(decision="", voided_at__isnull=True),
                name="approval_asked_once_at_a_time",
            ),
        ]
        indexes: ClassVar = [
            # For Home: what waits for a decision, longest first.
            models.Index(
                fields=["tenant", "requested_at"],
                condition=Q(decision="", voided_at__isnull=True),
                name="approval_waiting",
            ),
        ]

    def was_written_by(self, actor_id: str) -> bool:
        """Whether this person asked or wrote what it is about, and so may not decide."""
        return actor_id == self.requested_by or actor_id in self.campaign.authors

    @property
    def is_open(self) -> bool:
        return not self.decision and self.voided_at is None

    def is_in_force(self) -> bool:
        """True while what it covers may be sent."""
        return (
            self.decision == self.Decision.APPROVED
            and self.voided_at is None
            and self.expires_at is not None
            and clock.now() < self.expires_at
        )
