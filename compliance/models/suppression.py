from typing import ClassVar

from django.db import models
from django.db.models import Q

from compliance.facts import SuppressionReason
from tenancy import clock
from tenancy.fields import BlindIndexField, SealedTextField
from tenancy.models import TenantModel
from tenancy.while_frozen import WhileFrozen


class Suppression(TenantModel):
    """An address that gets no mail whatever the purpose, and why."""

    while_frozen = WhileFrozen.GOES_ON

    class Source(models.TextChoices):
        DELIVERY = "delivery", "A mail server's answer"
        COMPLAINT = "complaint", "A complaint report"
        PERSON = "person", "The person"
        STAFF = "staff", "Your staff"
        IMPORT = "import", "An import"
        SYSTEM = "system", "One of your systems"

    PERSONS_OWN: ClassVar = {Source.PERSON, Source.COMPLAINT}

    address_index = BlindIndexField()
    address = SealedTextField()
    reason = models.CharField(max_length=12, choices=SuppressionReason)
    source = models.CharField(max_length=9, choices=Source)
    suppressed_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta(TenantModel.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["tenant", "address_index"], name="suppression_once_per_address"
            ),
            models.CheckConstraint(
                condition=Q(
                    reason__in=[
                        "bounced",
                        "complained",
                        "unsubscribed",
                        "wrong_person",
                        "requested",
                    ]
                ),
                name="suppression_has_a_known_reason",
            ),
            models.CheckConstraint(
                condition=Q(
                    source__in=["delivery", "complaint", "person", "staff", "import", "system"]
                ),
                name="suppression_has_a_known_source",
            ),
        ]
        indexes: ClassVar = [
            # For the page: newest first.
            models.Index(fields=["tenant", "-suppressed_at", "-id"], name="suppression_newest"),
        ]

    @property
    def is_the_persons_own(self) -> bool:
        """The person said it, to us or to a mail operator: no system takes it back."""
        return self.source in self.PERSONS_OWN
