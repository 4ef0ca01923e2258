"""Files that people send with a reply in the portal."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from delivery.models.reply import Reply
from tenancy.fields import SealedBinaryField, SealedTextField
from tenancy.models import TenantForeignKey, TenantModel
from tenancy.while_frozen import WhileFrozen


class ReplyFile(TenantModel):
    """One file. Name and content are sealed; of one in which malware was found only the name stays."""

    while_frozen = WhileFrozen.GOES_ON

    class Scan(models.TextChoices):
        CLEAN = "clean", "Looked through, nothing found"
        INFECTED = "infected", "Malware was found in it"
        NOT_SCANNED = "not_scanned", "Not looked through"

    reply = TenantForeignKey(Reply, on_delete=models.PROTECT, related_name="+", db_index=False)
    position = models.PositiveSmallIntegerField()
    name = SealedTextField()
    media_type = models.CharField(max_length=100)
    size = models.PositiveIntegerField()
    scan = models.CharField(max_length=11, choices=Scan)
    content = SealedBinaryField(null=True)

    class Meta(TenantModel.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["tenant", "reply", "position"], name="reply_file_once_per_position"
            ),
            models.CheckConstraint(
                condition=Q(scan="infected", content__isnull=True)
                | Q(scan__in=["clean", "not_scanned"], content__isnull=False),
                name="reply_file_keeps_no_malware",
            ),
        ]
