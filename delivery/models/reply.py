"""What somebody wrote back."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from delivery.models.message import Message
from tenancy import clock
from tenancy.fields import SealedTextField
from tenancy.models import TenantForeignKey, TenantModel
from tenancy.while_frozen import WhileFrozen


class Reply(TenantModel):
    """An answer to a message, as text, until somebody has dealt with it."""

    while_frozen = WhileFrozen.GOES_ON

    class Kind(models.TextChoices):
        WRITTEN = "written", "Written by a person"
        AUTOMATIC = "automatic", "Automatic answer"
        ADDRESSED = "addressed", "To abuse or postmaster"

    kind = models.CharField(max_length=9, choices=Kind)
    # None for mail to abuse or postmaster that names no message of ours.
    message = TenantForeignKey(
        Message, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    sender = SealedTextField()
    subject = SealedTextField()
    text = SealedTextField()
    attachments = models.PositiveSmallIntegerField(default=0)
    received_at = models.DateTimeField(default=clock.now)
    done_at = models.DateTimeField(null=True)
    done_by = models.CharField(max_length=64, default="")
    done_by_name = models.CharField(max_length=150, default="")

    class Meta(TenantModel.Meta):
        verbose_name_plural = "replies"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(kind__in=["written", "automatic", "addressed"]),
                name="reply_has_a_known_kind",
            ),
            models.CheckConstraint(
                condition=Q(done_at__isnull=True, done_by="")
                | (Q(done_at__isnull=False) & ~Q(done_by="")),
                name="reply_done_has_its_person",
            ),
        ]
        indexes: ClassVar = [
            # For the list of replies: newest first.
            models.Index(fields=["tenant", "-received_at", "-id"], name="reply_newest"),
            # For Home and the tabs: what waits for somebody.
            models.Index(
                fields=["tenant", "kind"], condition=Q(done_at__isnull=True), name="reply_waiting"
            ),
        ]
