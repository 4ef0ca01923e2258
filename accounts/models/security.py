"""What a workspace decided about sign-in."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from accounts.networks import NetworksField
from tenancy.models import TenantModel
from tenancy.while_frozen import WhileFrozen

# 45 CFR 164.312(a)(2)(iii), automatic logoff: an unattended screen closes by itself.
SHORTEST_IDLE, USUAL_IDLE, LONGEST_IDLE = 5, 15, 60
# A working day, at most a day and a night.
USUAL_HOURS, LONGEST_HOURS = 12, 24


class SecuritySettings(TenantModel):
    """One row a workspace; without one, what stands here holds."""

    while_frozen = WhileFrozen.GOES_ON

    idle_minutes = models.PositiveSmallIntegerField(default=USUAL_IDLE)
    absolute_hours = models.PositiveSmallIntegerField(default=USUAL_HOURS)
    # Role to the kinds of factors that it may use; a role that is missing may use every kind.
    factors = models.JSONField(default=dict)
    # Somebody who leaves may have kept a copy.
    ends_keys_of_leavers = models.BooleanField(default=True)
    # Empty: from everywhere.
    ip_allow_list = NetworksField(default=list)

    class Meta(TenantModel.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["tenant"], name="security_settings_once_per_tenant"),
            models.CheckConstraint(
                condition=Q(idle_minutes__gte=SHORTEST_IDLE, idle_minutes__lte=LONGEST_IDLE),
                name="security_settings_idle_is_5_to_60_minutes",
            ),
            models.CheckConstraint(
                condition=Q(absolute_hours__gte=1, absolute_hours__lte=LONGEST_HOURS),
                name="security_settings_absolute_is_1_to_24_hours",
            ),
        ]
