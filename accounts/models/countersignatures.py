"""Questions to a second person."""

from datetime import timedelta
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from tenancy import clock
from tenancy.fields import SealedJSONField, SealedTextField
from tenancy.models import TenantModel
from tenancy.while_frozen import WhileFrozen

# Who is on holiday for a week is asked anew; an old question was about an old state of things.
REQUEST_LASTS = timedelta(days=7)


class Countersignature(TenantModel):
    """Something that one person asks for and another has to grant before it happens.

    The database refuses that somebody answers the own question, that an answer changes, and that
    a question changes after it was asked.
    """

    while_frozen = WhileFrozen.GOES_ON

    class Decision(models.TextChoices):
        GRANTED = "granted", "Granted"
        REFUSED = "refused", "Refused"
        WITHDRAWN = "withdrawn", "Taken back"
        EXPIRED = "expired", "Expired"

    kind = models.CharField(max_length=60)
    subject_type = models.CharField(max_length=60, blank=True)
    subject_id = models.CharField(max_length=64, blank=True)
    payload = SealedJSONField()
    reason = SealedTextField()
    requested_by = models.CharField(max_length=64)
    requested_by_name = models.CharField(max_length=150)
    requested_at = models.DateTimeField(default=clock.now, editable=False)
    expires_at = models.DateTimeField()
    decision = models.CharField(max_length=9, choices=Decision, default="", blank=True)
    decided_by = models.CharField(max_length=64, default="", blank=True)
    decided_by_name = models.CharField(max_length=150, default="", blank=True)
    decided_at = models.DateTimeField(null=True)
    # Why it was refused.
    answer = SealedTextField(null=True)

    class Meta(TenantModel.Meta):
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(decision="", decided_by="", decided_at__isnull=True)
                | (
                    Q(
                        decision__in=["granted", "refused", "withdrawn", "expired"],
                        decided_at__isnull=False,
                    )
                    & ~Q(decided_by="")
                ),
                name="countersignature_decision_has_its_person_and_time",
            ),
            models.CheckConstraint(
                condition=~Q(decision__in=["granted", "refused"])
                | ~Q(decided_by=F("requested_by")),
                name="countersignature_by_another_than_who_asked",
            ),
            models.CheckConstraint(
                condition=~Q(decision="granted") | Q(decided_at__lt=F("expires_at")),
                name="countersignature_granted_before_it_expires",
            ),
            models.UniqueConstraint(
                fields=["tenant", "kind", "subject_id"],
                condition=Q(decision="") & ~Q(subject_id=""),
                name="countersignature_asked_once_at_a_time",
            ),
        ]
        indexes: ClassVar = [
            # For the page of requests: decided ones, the latest first.
            models.Index(fields=["tenant", "-requested_at"], name="countersignature_newest"),
            # For kernel.tenants_with_expired_requests.
            models.Index(
                fields=["expires_at"], condition=Q(decision=""), name="countersignature_expiring"
            ),
        ]

    @property
    def is_open(self) -> bool:
        return not self.decision and clock.now() < self.expires_at
