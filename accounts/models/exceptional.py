"""Access beyond what roles give: in an emergency, and for the platform's support. Both end by themselves."""

from datetime import datetime, timedelta
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from tenancy import clock
from tenancy.fields import SealedTextField
from tenancy.models import TenantModel
from tenancy.while_frozen import WhileFrozen

LONGEST_EMERGENCY = timedelta(minutes=60)
LONGEST_SUPPORT = timedelta(hours=4)
# An officer looks at what was done in an emergency within a day.
REVIEW_WITHIN = timedelta(hours=24)


class EmergencyAccess(TenantModel):
    """Somebody without a right to PHI took it, for a reason, for an hour at most (164.312(a)(2)(ii))."""

    while_frozen = WhileFrozen.GOES_ON

    taken_by = models.CharField(max_length=64)
    taken_by_name = models.CharField(max_length=150)
    reason = SealedTextField()
    began_at = models.DateTimeField(default=clock.now)
    ends_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    reminded_at = models.DateTimeField(null=True)
    reviewed_by = models.CharField(max_length=64, blank=True)
    reviewed_by_name = models.CharField(max_length=150, blank=True)
    reviewed_at = models.DateTimeField(null=True)
    finding = SealedTextField(null=True)

    class Meta(TenantModel.Meta):
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("began_at"))
                & Q(ends_at__lte=F("began_at") + LONGEST_EMERGENCY),
                name="emergency_access_lasts_an_hour_at_most",
            ),
            models.CheckConstraint(
                condition=Q(reviewed_by="", reviewed_at__isnull=True)
                | (Q(reviewed_at__isnull=False) & ~Q(reviewed_by="")),
                name="emergency_access_review_has_its_person_and_time",
            ),
            models.CheckConstraint(
                condition=~Q(reviewed_by=F("taken_by")),
                name="emergency_access_reviewed_by_another",
            ),
            models.UniqueConstraint(
                fields=["tenant", "taken_by"],
                condition=Q(ended_at__isnull=True),
                name="emergency_access_once_at_a_time",
            ),
        ]

    @property
    def review_due_at(self) -> datetime:
        return self.began_at + REVIEW_WITHIN


class SupportGrant(TenantModel):
    """A window that a workspace opens for the platform's staff, who see no PHI through it."""

    while_frozen = WhileFrozen.WINDS_DOWN

    ticket = models.CharField(max_length=40)
    opened_by = models.CharField(max_length=64)
    opened_by_name = models.CharField(max_length=150)
    opened_at = models.DateTimeField(default=clock.now)
    ends_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    closed_by_name = models.CharField(max_length=150, blank=True)

    class Meta(TenantModel.Meta):
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("opened_at"))
                & Q(ends_at__lte=F("opened_at") + LONGEST_SUPPORT),
                name="support_grant_lasts_four_hours_at_most",
            ),
            models.CheckConstraint(condition=~Q(ticket=""), name="support_grant_names_its_ticket"),
        ]

    @property
    def is_open(self) -> bool:
        return self.closed_at is None and self.ends_at > clock.now()
