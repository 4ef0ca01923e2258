"""A campaign on its way out: how far its audience is frozen, and whether all of it is settled."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from tenancy import clock
from tenancy.models import TenantForeignKey, TenantModel
from tenancy.while_frozen import WhileFrozen


class Dispatch(TenantModel):
    """Delivery's own record of a campaign that has begun; a worker holds it while freezing."""

    while_frozen = WhileFrozen.WINDS_DOWN

    campaign = TenantForeignKey(
        "campaigns.Campaign", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    began_at = models.DateTimeField(default=clock.now, editable=False)
    lease_expires_at = models.DateTimeField(null=True)
    # Every contact of the audience has its message.
    frozen_at = models.DateTimeField(null=True)
    # Nothing of it waits any more, or it was canceled.
    closed_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["tenant", "campaign"], name="dispatch_once_per_campaign"
            ),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True) | Q(frozen_at__isnull=False),
                name="dispatch_closed_was_frozen",
            ),
        ]
        indexes: ClassVar = [
            # For kernel.open_dispatches: campaigns that somebody has to look after.
            models.Index(
                fields=["tenant"], condition=Q(closed_at__isnull=True), name="dispatch_open"
            ),
        ]
