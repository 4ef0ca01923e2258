"""The names of the domains that a workspace writes to, each sealed once."""

from typing import ClassVar

from django.db import models

from tenancy import clock
from tenancy.fields import BlindIndexField, SealedTextField
from tenancy.models import TenantModel
from tenancy.while_frozen import WhileFrozen


class RecipientDomain(TenantModel):
    """A domain, found by the index that messages carry. That of a small employer can tell who somebody is."""

    while_frozen = WhileFrozen.GOES_ON

    domain_index = BlindIndexField()
    domain = SealedTextField()
    # A day on which a message to it was planned.
    seen_at = models.DateTimeField(default=clock.now)

    class Meta(TenantModel.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["tenant", "domain_index"], name="recipient_domain_once"
            ),
        ]
