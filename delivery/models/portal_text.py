"""A code of the portal on its way to a phone. The number itself is only in the person's own record."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from delivery.models.escrow import EscrowCode
from tenancy import clock
from tenancy.fields import BlindIndexField
from tenancy.models import TenantForeignKey, TenantModel
from tenancy.while_frozen import WhileFrozen


class PortalText(TenantModel):
    """One text message. Due while `due_at` says so; a worker that tries it moves that on first."""

    while_frozen = WhileFrozen.GOES_ON

    class Status(models.TextChoices):
        WAITING = "waiting"
        SENT = "sent"
        FAILED = "failed"

    code = TenantForeignKey(EscrowCode, on_delete=models.PROTECT, related_name="+", db_index=False)
    # Where it was asked to go: a number that changed meanwhile gets no code that was meant for another.
    number_index = BlindIndexField()
    created_at = models.DateTimeField(default=clock.now, editable=False)
    status = models.CharField(max_length=7, choices=Status, default=Status.WAITING)
    tries = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(null=True, default=clock.now)
    # delivery.texting.gateway.Trouble
    trouble = models.CharField(max_length=7, default="")
    # What the gateway calls it, for who has to ask there.
    reference = models.CharField(max_length=64, default="")

    class Meta(TenantModel.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["tenant", "code"], name="portal_text_once_per_code"),
            models.CheckConstraint(
                condition=Q(status="waiting", due_at__isnull=False, trouble="")
                | Q(status="sent", due_at__isnull=True, trouble="")
                | Q(
                    status="failed",
                    due_at__isnull=True,
                    trouble__in=["number", "refused", "late"],
                ),
                name="portal_text_waits_or_is_settled",
            ),
        ]
        indexes: ClassVar = [
            # For the workers: what is due.
            models.Index(fields=["due_at"], condition=Q(status="waiting"), name="portal_text_due"),
            # For the limits of a day, of a workspace and of a number.
            models.Index(fields=["tenant", "created_at"], name="portal_text_of_day"),
        ]
