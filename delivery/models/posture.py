"""What a workspace has learned about the protection of a recipient's domain."""

from datetime import datetime, timedelta
from typing import ClassVar

from django.db import models

from tenancy import clock
from tenancy.fields import BlindIndexField
from tenancy.models import TenantModel
from tenancy.while_frozen import WhileFrozen

# Older lessons are not believed: certificates are renewed, servers move.
REMEMBERED_FOR = timedelta(days=30)


class DomainPosture(TenantModel):
    """When mail to a domain last left under verified TLS, and since when it could not.

    It plans and never allows: every message proves its own connection again.
    """

    while_frozen = WhileFrozen.GOES_ON

    domain_index = BlindIndexField()
    verified_at = models.DateTimeField(null=True)
    unsafe_since = models.DateTimeField(null=True)
    seen_at = models.DateTimeField(default=clock.now)

    class Meta(TenantModel.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["tenant", "domain_index"], name="posture_once_per_domain"
            ),
        ]

    def was_safe(self, now: datetime) -> bool:
        """Verified not long ago: what falls short now may be somebody's interference."""
        return self.verified_at is not None and now - self.verified_at < REMEMBERED_FOR
