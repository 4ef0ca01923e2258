"""Why a workspace takes the mail servers of a recipient's domain for the right ones."""

from typing import ClassVar

from django.db import models

from tenancy import clock
from tenancy.fields import BlindIndexField, SealedJSONField, SealedTextField
from tenancy.models import TenantModel
from tenancy.while_frozen import WhileFrozen


class ServerPin(TenantModel):
    """The servers of a domain, as its own people told them. No mail of the workspace goes to others.

    Without any, the pin has ended.
    """

    while_frozen = WhileFrozen.GOES_ON

    domain_index = BlindIndexField()
    domain = SealedTextField()
    mx = SealedJSONField()
    changed_at = models.DateTimeField(default=clock.now)

    class Meta(TenantModel.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["tenant", "domain_index"], name="server_pin_once_per_domain"
            ),
        ]


class ServerSet(TenantModel):
    """The servers that a domain named, and since when each try found the same ones and verified TLS."""

    while_frozen = WhileFrozen.GOES_ON

    domain_index = BlindIndexField()
    mx = SealedJSONField()
    unchanged_since = models.DateTimeField()
    # A day on which mail to it was tried; silence of thirty days ends what is known.
    seen_at = models.DateTimeField()

    class Meta(TenantModel.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["tenant", "domain_index"], name="server_set_once_per_domain"
            ),
            models.CheckConstraint(
                condition=models.Q(unchanged_since__lte=models.F("seen_at")),
                name="server_set_seen_since_it_is_unchanged",
            ),
        ]
