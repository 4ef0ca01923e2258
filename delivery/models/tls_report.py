"""How other mail servers reached a workspace's domains over TLS, as they report it (RFC 8460)."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from tenancy import clock
from tenancy.fields import BlindIndexField, SealedTextField
from tenancy.models import TenantModel
from tenancy.while_frozen import WhileFrozen


class Failure(models.TextChoices):
    """Result types of RFC 8460 4.3 in the words of the page."""

    NOT_OFFERED = "starttls-not-supported", "A mail server did not offer encryption"
    WRONG_NAME = "certificate-host-mismatch", "The certificate is for another name"
    EXPIRED = "certificate-expired", "The certificate had expired"
    UNTRUSTED = "certificate-not-trusted", "Nobody known vouches for the certificate"
    INVALID = "validation-failure", "The connection could not be checked"
    TLSA_INVALID = "tlsa-invalid", "The certificate does not match the TLSA record"
    DNSSEC_INVALID = "dnssec-invalid", "The signed DNS records could not be checked"
    DANE_REQUIRED = "dane-required", "The sender requires DANE, which was not there"
    STS_FETCH = "sts-policy-fetch-error", "The MTA-STS policy could not be fetched"
    STS_INVALID = "sts-policy-invalid", "The MTA-STS policy has a mistake"
    STS_WEBPKI = "sts-webpki-invalid", "The web server of the MTA-STS policy is not trusted"
    OTHER = "other", "Another reason"


class TlsReport(TenantModel):
    """What one server reports of one domain under one policy. Hosts and addresses are not kept."""

    while_frozen = WhileFrozen.GOES_ON

    class Policy(models.TextChoices):
        """RFC 8460 4.2."""

        NONE = "no-policy-found", "No policy"
        STS = "sts", "MTA-STS"
        TLSA = "tlsa", "DANE"

    # The sender domain's own name: public, and still told when the domain is removed.
    domain = models.CharField(max_length=253)
    policy = models.CharField(max_length=15, choices=Policy)
    # Of all that tells one report from another: sent again, it counts once.
    digest = BlindIndexField()
    # Written by anybody.
    reporter = SealedTextField()
    begins_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    successful = models.PositiveIntegerField()
    failed = models.PositiveIntegerField()
    # Sessions by the value of Failure.
    failures = models.JSONField(default=dict)
    received_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta(TenantModel.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["tenant", "digest"], name="tls_report_once"),
            models.CheckConstraint(
                condition=Q(policy__in=["no-policy-found", "sts", "tlsa"]),
                name="tls_report_has_a_known_policy",
            ),
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("begins_at")), name="tls_report_ends_after_it_begins"
            ),
        ]
        indexes: ClassVar = [
            # For delivery.tls_reports.seen: a domain's last month.
            models.Index(fields=["tenant", "domain", "-ends_at"], name="tls_report_newest"),
        ]
