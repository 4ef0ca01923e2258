"""How people prove who they are, besides the password."""

from typing import ClassVar

from django.db import models
from django_otp.models import Device

from accounts.models.people import User
from tenancy import clock
from tenancy.fields import SealedBinaryField
from tenancy.models import TenantModel
from tenancy.while_frozen import WhileFrozen


class TotpDevice(TenantModel, Device):  # type: ignore[misc]
    """An authenticator app (RFC 6238). The seed is sealed; a time step works once."""

    while_frozen = WhileFrozen.GOES_ON

    seed = SealedBinaryField()
    last_step = models.BigIntegerField(default=0)
    created_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta(TenantModel.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["tenant", "user"], name="totp_device_once_per_person"),
        ]


class RecoveryCode(TenantModel):
    """One of ten codes for the day the phone is lost. Stored as a keyed hash, used once."""

    while_frozen = WhileFrozen.GOES_ON

    user = models.ForeignKey(User, on_delete=models.CASCADE)
    code_hash = models.BinaryField()
    used_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["tenant", "user", "code_hash"], name="recovery_code_once_per_person"
            ),
        ]
