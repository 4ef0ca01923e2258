"""Files of messages in the portal."""

from typing import ClassVar

from django.db import models

from delivery.models.escrow import EscrowItem
from tenancy.models import TenantForeignKey, TenantModel
from tenancy.while_frozen import WhileFrozen


class EscrowFile(TenantModel):
    """One file, as long as its message can be opened (delivery.escrow.attachments).

    Name, kind and size are sealed like its content: only a browser with the link key reads them.
    """

    while_frozen = WhileFrozen.GOES_ON

    item = TenantForeignKey(EscrowItem, on_delete=models.PROTECT, related_name="+", db_index=False)
    position = models.PositiveSmallIntegerField()
    about = models.BinaryField()
    prefix = models.BinaryField()
    chunks = models.PositiveSmallIntegerField()

    class Meta(TenantModel.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["tenant", "item", "position"], name="escrow_file_once_per_position"
            ),
        ]


class EscrowChunk(TenantModel):
    """A piece of a file, sealed so that it fits nowhere else (delivery.escrow.streams)."""

    while_frozen = WhileFrozen.GOES_ON

    file = TenantForeignKey(EscrowFile, on_delete=models.PROTECT, related_name="+", db_index=False)
    number = models.PositiveSmallIntegerField()
    sealed = models.BinaryField()

    class Meta(TenantModel.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["tenant", "file", "number"], name="escrow_chunk_once_per_number"
            ),
        ]
