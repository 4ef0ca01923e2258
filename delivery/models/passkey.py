"""Passkeys of the people whom mail is for: a finger, a face or a PIN instead of codes and facts."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from tenancy import clock
from tenancy.fields import BlindIndexField, SealedBinaryField
from tenancy.models import TenantForeignKey, TenantModel
from tenancy.while_frozen import WhileFrozen


class PortalPasskey(TenantModel):
    """The public half, for one person of one clinic. It opens what needs no more than was shown when
    it was made: who came in with one fact gets no further with a passkey."""

    while_frozen = WhileFrozen.GOES_ON

    contact = TenantForeignKey(
        "contacts.Contact", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    credential = BlindIndexField()
    credential_id = SealedBinaryField()
    public_key = SealedBinaryField()
    transports = models.JSONField(default=list)
    sign_count = models.BigIntegerField(default=0)
    # delivery.escrow.factors.Strength of the visit that made it.
    strength = models.PositiveSmallIntegerField()
    created_at = models.DateTimeField(default=clock.now, editable=False)
    last_used_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["tenant", "credential"], name="portal_passkey_once_per_credential"
            ),
            models.CheckConstraint(
                condition=Q(sign_count__gte=0), name="portal_passkey_counter_is_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(strength__range=(1, 3)), name="portal_passkey_has_a_known_strength"
            ),
        ]
        indexes: ClassVar = [
            # For what may answer at a visit, and for erasing a person.
            models.Index(fields=["tenant", "contact"], name="portal_passkey_of_contact"),
        ]
