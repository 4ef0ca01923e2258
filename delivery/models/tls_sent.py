"""What we report to other domains of the TLS that we saw there (RFC 8460). Rows of the platform."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from tenancy import clock
from tenancy.fields import BlindIndexField, SealedJSONField, SealedTextField
from tenancy.models import TenantModel
from tenancy.while_frozen import WhileFrozen


class TlsReporting(TenantModel):
    """Whether we report, and up to which day that has been prepared. One row, in the platform's scope."""

    while_frozen = WhileFrozen.GOES_ON

    off_since = models.DateTimeField(null=True)
    gathered_day = models.DateField(null=True)

    class Meta(TenantModel.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["tenant"], name="tls_reporting_once"),
        ]


class SentTlsReport(TenantModel):
    """The report to one domain about one day (UTC), of all workspaces together."""

    while_frozen = WhileFrozen.GOES_ON

    class Status(models.TextChoices):
        QUEUED = "queued", "Waits"
        SENT = "sent", "Sent"
        UNWANTED = "unwanted", "Not asked for"
        FAILED = "failed", "Not taken"

    day = models.DateField()
    domain_index = BlindIndexField()
    domain = SealedTextField()
    # Sessions by what they showed: names of levels, and failures.
    counts = SealedJSONField()
    sessions = models.PositiveIntegerField()
    # The lines of the newest MTA-STS policy of the domain that a workspace kept to (RFC 8460 4.4).
    sts_policy = SealedJSONField(null=True)
    status = models.CharField(max_length=8, choices=Status, default=Status.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(default=clock.now)
    settled_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["tenant", "day", "domain_index"], name="tls_report_sent_once"
            ),
            models.CheckConstraint(
                condition=Q(status="queued", settled_at__isnull=True)
                | Q(status__in=["sent", "unwanted", "failed"], settled_at__isnull=False),
                name="tls_report_waits_or_is_settled",
            ),
            # RFC 8460 is about servers: what few sessions show could be about one person.
            models.CheckConstraint(
                condition=Q(sessions__gte=11), name="tls_report_is_about_no_single_person"
            ),
        ]
        indexes: ClassVar = [
            # For tls_sent.sending: what is due, oldest first.
            models.Index(
                fields=["due_at"], condition=Q(status="queued"), name="tls_report_to_send"
            ),
        ]
