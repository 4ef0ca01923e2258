"""The policy of a recipient's domain, kept so that a restart or another worker still knows it."""

from typing import ClassVar

from django.db import models

from tenancy.fields import BlindIndexField, SealedJSONField
from tenancy.models import TenantModel
from tenancy.while_frozen import WhileFrozen


class StsPolicy(TenantModel):
    """MTA-STS (RFC 8461) as a domain said it at `fetched_at`: it holds until `expires_at`."""

    while_frozen = WhileFrozen.GOES_ON

    domain_index = BlindIndexField()
    policy = SealedJSONField()
    fetched_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    class Meta(TenantModel.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["tenant", "domain_index"], name="sts_policy_once_per_domain"
            ),
            models.CheckConstraint(
                condition=models.Q(expires_at__gte=models.F("fetched_at")),
                name="sts_policy_expires_after_it_was_fetched",
            ),
        ]
