"""The keys that sign a sender domain's mail: one of each kind signs, the next waits for its record."""

from datetime import datetime, timedelta
from typing import ClassVar

from django.db import models
from django.db.models import Q

from compliance.models.sender import SenderDomain
from tenancy import clock
from tenancy.fields import SealedBinaryField
from tenancy.models import TenantForeignKey, TenantModel
from tenancy.while_frozen import WhileFrozen

# Mail on its way is verified by the record of the key that signed it, for as long as servers retry.
RECORD_STAYS = timedelta(days=7)


class DkimKey(TenantModel):
    """A key, sealed. It signs from `signs_since` until `retired_at`, and then its private half is gone."""

    while_frozen = WhileFrozen.WINDS_DOWN

    class Algorithm(models.TextChoices):
        RSA = "rsa", "RSA, 2048 bits"
        ED25519 = "ed25519", "Ed25519"

    domain = TenantForeignKey(SenderDomain, on_delete=models.CASCADE, related_name="keys")
    algorithm = models.CharField(max_length=7, choices=Algorithm)
    selector = models.CharField(max_length=63)
    # The base64 of p= (RFC 6376 3.6.1, RFC 8463 4).
    public_key = models.TextField()
    private_key = SealedBinaryField(null=True)
    made_at = models.DateTimeField(default=clock.now, editable=False)
    signs_since = models.DateTimeField(null=True)
    retired_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["tenant", "domain", "selector"], name="dkim_selector_once_per_domain"
            ),
            models.UniqueConstraint(
                fields=["tenant", "domain", "algorithm"],
                condition=Q(signs_since__isnull=False, retired_at__isnull=True),
                name="dkim_one_key_of_a_kind_signs",
            ),
            models.UniqueConstraint(
                fields=["tenant", "domain", "algorithm"],
                condition=Q(signs_since__isnull=True, retired_at__isnull=True),
                name="dkim_one_key_of_a_kind_waits",
            ),
            models.CheckConstraint(
                condition=Q(algorithm__in=["rsa", "ed25519"]), name="dkim_key_is_of_a_known_kind"
            ),
            models.CheckConstraint(
                condition=Q(retired_at__isnull=True, private_key__isnull=False)
                | Q(retired_at__isnull=False, private_key__isnull=True),
                name="dkim_private_half_goes_at_retirement",
            ),
        ]

    @property
    def signs(self) -> bool:
        return self.signs_since is not None and self.retired_at is None

    @property
    def record_may_go_at(self) -> datetime | None:
        """When its record may be removed from the DNS; None while the key is in use."""
        return self.retired_at + RECORD_STAYS if self.retired_at else None
