"""S/MIME certificates that nobody may rely on any more, though they are valid."""

from typing import ClassVar

from django.db import models

from tenancy import clock
from tenancy.fields import BlindIndexField
from tenancy.models import TenantModel
from tenancy.while_frozen import WhileFrozen


class WithdrawnCertificate(TenantModel):
    """Outlives the certificate's own row, so that it cannot be given again. It says whose it was to nobody."""

    while_frozen = WhileFrozen.GOES_ON

    fingerprint_index = BlindIndexField()
    expires_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta(TenantModel.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["tenant", "fingerprint_index"], name="withdrawn_certificate_once"
            ),
        ]
