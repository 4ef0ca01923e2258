"""The S/MIME certificate that a sender signs with."""

from typing import ClassVar

from django.db import models

from compliance.models.sender import Sender
from tenancy import clock
from tenancy.fields import SealedBinaryField
from tenancy.models import TenantForeignKey, TenantModel
from tenancy.while_frozen import WhileFrozen


class SenderCertificate(TenantModel):
    """One a sender: the public chain in PEM, the private key sealed."""

    while_frozen = WhileFrozen.WINDS_DOWN

    sender = TenantForeignKey(Sender, on_delete=models.CASCADE, related_name="+", db_index=False)
    chain = models.TextField()
    private_key = SealedBinaryField()
    expires_at = models.DateTimeField()
    added_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta(TenantModel.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["tenant", "sender"], name="sender_certificate_one_a_sender"
            ),
        ]
