"""What a clinic and a person agreed on, outside of email, to open the person's portal messages."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from tenancy import clock
from tenancy.fields import SealedBinaryField
from tenancy.models import TenantForeignKey, TenantModel
from tenancy.while_frozen import WhileFrozen


class PortalPassphrase(TenantModel):
    """Never the words: what Argon2id makes of them, sealed. It is part of the keys of each message
    that was sealed while it was in force, so that a former one stays as long as they do."""

    while_frozen = WhileFrozen.GOES_ON

    contact = TenantForeignKey(
        "contacts.Contact", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    salt = models.BinaryField()
    stretched = SealedBinaryField()
    agreed_at = models.DateTimeField(default=clock.now, editable=False)
    ended_at = models.DateTimeField(null=True)
    # delivery.escrow.factors.Strength: of one that was agreed on with staff the most there is.
    strength = models.PositiveSmallIntegerField(default=3)
    by_person = models.BooleanField(default=False)

    class Meta(TenantModel.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["tenant", "contact"],
                condition=Q(ended_at__isnull=True),
                name="portal_passphrase_one_in_force",
            ),
            models.CheckConstraint(
                condition=Q(by_person=True, strength__range=(1, 3))
                | Q(by_person=False, strength=3),
                name="portal_passphrase_has_a_known_strength",
            ),
        ]
        indexes: ClassVar = [
            # For the page of a person's access, and for erasing a person.
            models.Index(fields=["tenant", "contact"], name="portal_passphrase_of_contact"),
        ]
