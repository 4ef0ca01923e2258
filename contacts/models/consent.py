from typing import ClassVar

from django.db import models
from django.db.models import Q

from tenancy import clock
from tenancy.fields import SealedJSONField
from tenancy.models import TenantModel
from tenancy.while_frozen import WhileFrozen

# Written about every purpose at once: the person stopped all email, or came back.
EVERYTHING = "everything"
# Written about the way, not about a purpose: a warned person asked for email without full protection.
UNPROTECTED = "unprotected"


class ConsentRecord(TenantModel):
    """What one person agreed to or withdrew, with its evidence. Rows are only ever added.

    There is no foreign key: the proof outlives an erased contact, whose id then names nobody.
    """

    while_frozen = WhileFrozen.GOES_ON

    class State(models.TextChoices):
        GRANTED = "granted", "Agreed"
        WITHDRAWN = "withdrawn", "Withdrew"

    class Kind(models.TextChoices):
        OPT_IN = "opt_in", "Opt-in"
        AUTHORIZATION = "authorization", "Signed authorization"
        UNPROTECTED = "unprotected", "Request for email without full protection"

    contact_id = models.UUIDField()
    purpose = models.CharField(max_length=12)
    state = models.CharField(max_length=9, choices=State)
    kind = models.CharField(max_length=13, choices=Kind)
    # source, wording, where it is kept, language, network address, last day: see services.consent.
    evidence = SealedJSONField()
    occurred_at = models.DateTimeField(default=clock.now)
    recorded_at = models.DateTimeField(default=clock.now, editable=False)
    actor_kind = models.CharField(max_length=10)
    actor_id = models.CharField(max_length=64)

    class Meta(TenantModel.Meta):
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(state__in=["granted", "withdrawn"]), name="consent_has_a_known_state"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["opt_in", "authorization", "unprotected"]),
                name="consent_has_a_known_kind",
            ),
        ]
        indexes: ClassVar = [
            # For the contact page and the evidence behind a verdict.
            models.Index(
                fields=["tenant", "contact_id", "-recorded_at"], name="consent_of_contact"
            ),
        ]
