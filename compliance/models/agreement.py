from typing import ClassVar

from django.db import models
from django.db.models import Q

from tenancy.models import TenantModel
from tenancy.while_frozen import WhileFrozen


class Agreement(TenantModel):
    """A business associate agreement as it was signed (45 CFR 164.504(e)).

    What was signed never changes: a trigger lets only the status, the countersignature and the end
    be written, each once. It holds no PHI, and documents what was agreed after the end, too.
    """

    outlives_tenant = True
    while_frozen = WhileFrozen.WINDS_DOWN

    class Status(models.TextChoices):
        SIGNED = "signed", "Waits for our countersignature"
        ACTIVE = "active", "In force"
        ENDED = "ended", "Ended"

    status = models.CharField(max_length=6, choices=Status, default=Status.SIGNED)
    text_version = models.CharField(max_length=10)
    text = models.TextField()
    text_hash = models.CharField(max_length=64)
    permitted_purposes = models.JSONField()
    notify_within_hours = models.PositiveSmallIntegerField()

    signer_name = models.CharField(max_length=120)
    signer_title = models.CharField(max_length=120)
    signer_id = models.CharField(max_length=64)
    signer_address = models.GenericIPAddressField()
    signed_at = models.DateTimeField()

    countersigner_name = models.CharField(max_length=120, null=True)
    countersigner_title = models.CharField(max_length=120, null=True)
    countersigner_id = models.CharField(max_length=64, null=True)
    countersigner_address = models.GenericIPAddressField(null=True)
    countersigned_at = models.DateTimeField(null=True)

    ended_at = models.DateTimeField(null=True)
    end_reason = models.CharField(max_length=300, null=True)

    class Meta(TenantModel.Meta):
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(status__in=["signed", "active", "ended"]),
                name="agreement_has_a_known_status",
            ),
            models.CheckConstraint(
                condition=~Q(status="active") | Q(countersigned_at__isnull=False),
                name="agreement_in_force_was_countersigned",
            ),
            models.CheckConstraint(
                condition=Q(status="ended", ended_at__isnull=False, end_reason__isnull=False)
                | Q(status__in=["signed", "active"], ended_at__isnull=True),
                name="agreement_ended_at_set_once_ended",
            ),
            models.UniqueConstraint(
                fields=["tenant"], condition=Q(status="active"), name="agreement_one_in_force"
            ),
            models.UniqueConstraint(
                fields=["tenant"], condition=Q(status="signed"), name="agreement_one_waiting"
            ),
        ]
