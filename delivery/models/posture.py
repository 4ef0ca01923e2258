"""What a workspace has learned about the protection of a recipient's domain."""

from datetime import datetime, timedelta
from typing import ClassVar

from django.db import models

from delivery.wire.levels import Level, TlsFailure
from tenancy import clock
from tenancy.fields import BlindIndexField, SealedTextField
from tenancy.models import TenantModel
from tenancy.while_frozen import WhileFrozen

# Older lessons are not believed: certificates are renewed, servers move.
REMEMBERED_FOR = timedelta(days=30)

# What a try can show of a server: the level that it reached, or why it reached none.
SHOWN = (*(level.name for level in Level), *(failure.value for failure in TlsFailure))
LONGEST_SHOWN = 26


class DomainPosture(TenantModel):
    """When mail to a domain last left under verified TLS, and since when it could not.

    It plans: every message proves its own connection again.
    """

    while_frozen = WhileFrozen.GOES_ON

    domain_index = BlindIndexField()
    verified_at = models.DateTimeField(null=True)
    unsafe_since = models.DateTimeField(null=True)
    # What the latest tries showed, and since when tries show that; empty before the first that did.
    shown = models.CharField(max_length=LONGEST_SHOWN, blank=True, db_default="")
    changed_at = models.DateTimeField(null=True)
    # The level that was reached last, whatever went wrong since.
    level = models.PositiveSmallIntegerField(null=True)
    seen_at = models.DateTimeField(default=clock.now)

    class Meta(TenantModel.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["tenant", "domain_index"], name="posture_once_per_domain"
            ),
            models.CheckConstraint(
                condition=models.Q(shown__in=["", *SHOWN]), name="posture_shows_what_is_known"
            ),
            models.CheckConstraint(
                condition=models.Q(level__isnull=True) | models.Q(level__lte=5),
                name="posture_has_a_known_level",
            ),
        ]
        indexes: ClassVar = [
            # For the page of domains: the latest changes first.
            models.Index(fields=["tenant", "-changed_at", "id"], name="posture_changed_last"),
        ]

    def was_safe(self, now: datetime) -> bool:
        """Verified not long ago: what falls short now may be somebody's interference."""
        return self.verified_at is not None and now - self.verified_at < REMEMBERED_FOR


class HostObservation(TenantModel):
    """How often one mail server of a domain showed the same thing on one day (UTC).

    The history of its TLS: a row for each level and each failure. The names are sealed, as where a
    workspace's patients have their mailboxes can tell of them.
    """

    while_frozen = WhileFrozen.GOES_ON

    domain_index = BlindIndexField()
    host_index = BlindIndexField()
    day = models.DateField()
    shown = models.CharField(max_length=LONGEST_SHOWN)
    domain = SealedTextField()
    host = SealedTextField()
    count = models.PositiveIntegerField()
    seen_at = models.DateTimeField()

    class Meta(TenantModel.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["tenant", "domain_index", "host_index", "day", "shown"],
                name="observation_once_per_host_and_day",
            ),
            models.CheckConstraint(
                condition=models.Q(shown__in=SHOWN), name="observation_shows_what_is_known"
            ),
        ]
