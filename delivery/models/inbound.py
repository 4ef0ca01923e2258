"""Mail that came back. A row is written before the server that brought it hears that we have it."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from delivery.models.message import Message
from tenancy import clock
from tenancy.fields import BlindIndexField, SealedBinaryField, SealedTextField
from tenancy.models import TenantForeignKey, TenantModel
from tenancy.while_frozen import WhileFrozen


class InboundMail(TenantModel):
    """A mail as it arrived: the row is the queue, and what it means is written elsewhere."""

    while_frozen = WhileFrozen.GOES_ON

    class Mailbox(models.TextChoices):
        """To which of our addresses it was sent."""

        RETURN_PATH = "return", "Return path of a message"
        REPLY = "reply", "Reply address of a message"
        UNSUBSCRIBE = "stop", "Unsubscribe address of a message"
        ABUSE = "abuse", "Complaints"
        POSTMASTER = "postmaster", "Postmaster"
        TLS_REPORTS = "tls", "Reports about TLS"

    mailbox = models.CharField(max_length=10, choices=Mailbox)
    # Which message it is about, as its own address says; complaints name it inside.
    message = TenantForeignKey(
        Message, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    # Which mail of the service itself, when it is about none of a person's.
    system_mail_id = models.UUIDField(null=True)
    # Of address and content: who sends it again, as the answer got lost, sends the same.
    digest = BlindIndexField()
    mail_from = SealedTextField()
    content = SealedBinaryField()
    tls_version = models.CharField(max_length=8, default="")
    received_at = models.DateTimeField(default=clock.now, editable=False)
    attempts = models.PositiveSmallIntegerField(default=0)
    read_at = models.DateTimeField(null=True)
    # What it was found to be, in a word of delivery.inbound.
    finding = models.CharField(max_length=20, default="")

    class Meta(TenantModel.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["tenant", "digest"], name="inbound_mail_once"),
            models.CheckConstraint(
                condition=Q(mailbox__in=["return", "reply", "stop", "abuse", "postmaster", "tls"]),
                name="inbound_mail_has_a_known_mailbox",
            ),
            models.CheckConstraint(
                condition=Q(read_at__isnull=True, finding="")
                | (Q(read_at__isnull=False) & ~Q(finding="")),
                name="inbound_mail_read_has_its_finding",
            ),
        ]
        indexes: ClassVar = [
            # For delivery.inbound.reading: what waits, oldest first.
            models.Index(
                fields=["tenant", "received_at"],
                condition=Q(read_at__isnull=True),
                name="inbound_mail_waiting",
            ),
            # For delivery.inbound.accepting: how many one address had lately.
            models.Index(
                fields=["tenant", "mailbox", "message", "received_at"],
                name="inbound_mail_of_address",
            ),
            # For delivery.standing.
            models.Index(
                fields=["tenant", "read_at"],
                condition=Q(finding="sender_refused"),
                name="inbound_mail_sender_refused",
            ),
        ]
