from datetime import datetime, timedelta
from email.headerregistry import Address
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from tenancy import clock
from tenancy.models import TenantForeignKey, TenantModel
from tenancy.while_frozen import WhileFrozen

# Bulk receivers refuse mail whose records are gone; a check older than this proves nothing.
PROOF_LASTS = timedelta(hours=24)


class SenderDomain(TenantModel):
    """A domain that the tenant sends from; its DKIM keys are rows of their own."""

    while_frozen = WhileFrozen.WINDS_DOWN

    domain = models.CharField(max_length=253)
    findings = models.JSONField(default=dict)
    checked_at = models.DateTimeField(null=True)
    verified_at = models.DateTimeField(null=True)
    # Since its records were all seen once: what was sent from it may come back as long as it is here.
    proven_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta(TenantModel.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["tenant", "domain"], name="sender_domain_once"),
            models.CheckConstraint(
                condition=Q(domain=Lower("domain")), name="sender_domain_is_lower_case"
            ),
        ]
        indexes: ClassVar = [
            # For kernel.domains_to_check: the longest unchecked first.
            models.Index(fields=["checked_at"], name="sender_domain_checked_at"),
        ]

    def may_send(self, now: datetime) -> bool:
        """True while every record was seen in place within the last day."""
        return self.verified_at is not None and now - self.verified_at < PROOF_LASTS


class Sender(TenantModel):
    """A From address with its name, on a sender domain."""

    domain = TenantForeignKey(SenderDomain, on_delete=models.PROTECT, related_name="senders")
    display_name = models.CharField(max_length=120)
    local_part = models.CharField(max_length=64)
    # Answers come into Sealpost, to an address of each message's own; else to the From address.
    takes_replies = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta(TenantModel.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["tenant", "domain", "local_part"], name="sender_once_per_address"
            ),
            models.CheckConstraint(
                condition=Q(local_part=Lower("local_part")), name="sender_local_part_is_lower_case"
            ),
        ]

    @property
    def address(self) -> str:
        return f"{self.local_part}@{self.domain.domain}"

    @property
    def mailbox(self) -> str:
        """The From header's value (RFC 5322 3.4)."""
        return str(Address(self.display_name, self.local_part, self.domain.domain))
