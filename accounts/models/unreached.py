"""Addresses of staff that the service's own mail does not reach."""

from datetime import timedelta
from typing import ClassVar

from django.db import models
from django.db.models import Q

from tenancy.fields import BlindIndexField, SealedTextField
from tenancy.models import TenantModel
from tenancy.while_frozen import WhileFrozen

# A server that accepts a mail may give it back later; most do within hours.
A_BOUNCE_TAKES = timedelta(days=3)


class UnreachedAddress(TenantModel):
    """What became of the last mail that failed, of those that were sent for the tenant of the row."""

    while_frozen = WhileFrozen.GOES_ON

    class Reason(models.TextChoices):
        """Sentences for whoever can do something about it."""

        UNKNOWN = "unknown", "There is no such mailbox."
        FULL = "full", "The mailbox is full."
        SILENT = "silent", "No mail server of the domain answered."
        REFUSED = "refused", "The mail server refuses our mail."
        UNSAFE = "unsafe", "The mail servers break what their domain promises of them."

    address = SealedTextField()
    address_index = BlindIndexField()
    reason = models.CharField(max_length=7, choices=Reason)
    failed_at = models.DateTimeField()
    # Since then a server took a later mail.
    accepted_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["tenant", "address_index"], name="unreached_address_once"
            ),
            models.CheckConstraint(
                condition=Q(reason__in=["unknown", "full", "silent", "refused", "unsafe"]),
                name="unreached_address_has_a_known_reason",
            ),
        ]
