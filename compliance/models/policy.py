from datetime import timedelta
from typing import ClassVar

from django.db import models
from django.db.models import Q

from compliance.facts import Fallback, GatePolicy, Sensitivity, TransportLevel
from tenancy import clock
from tenancy.models import TenantModel
from tenancy.while_frozen import WhileFrozen


class Policy(TenantModel):
    """What a tenant decided about its own mail. The defaults are the strictest useful ones."""

    while_frozen = WhileFrozen.GOES_ON

    class ApprovalMode(models.TextChoices):
        SECOND_PERSON = "second_person", "A second person approves every campaign"
        SELF_ATTESTATION = "self_attestation", "The author may approve, with a recorded reason"

    class TlsFloor(models.IntegerChoices):
        VERIFIED = TransportLevel.VERIFIED.value, "Verified TLS"
        PINNED = (
            TransportLevel.PINNED.value,
            "Verified TLS to servers that you pinned, or unchanged for 30 days",
        )
        MTA_STS = TransportLevel.MTA_STS.value, "Verified TLS that the recipient's domain promises"
        DANE = TransportLevel.DANE.value, "TLS with a key that the domain publishes signed (DANE)"

    class PortalFrom(models.IntegerChoices):
        S1 = Sensitivity.S1.value, "Everything that tells of care"
        S2 = Sensitivity.S2.value, "Everything with health details"
        S3 = Sensitivity.S3.value, "Only what is specially protected"

    class CountingUpTo(models.IntegerChoices):
        """What is specially protected is not among them: it is never counted."""

        S0 = Sensitivity.S0.value, "Only mail that tells nothing of care"
        S1 = Sensitivity.S1.value, "Also mail that tells of care, such as any mail to a patient"
        S2 = Sensitivity.S2.value, "Also mail with health details"

    class PortalFact(models.TextChoices):
        BIRTH_DATE = "birth_date", "Date of birth"
        POSTAL_CODE = "postal_code", "ZIP code"

    class PortalPhone(models.TextChoices):
        NONE = "none", "No codes by phone"
        PHONE = "phone", "To the person's phone"
        MOBILE_PHONE = "mobile_phone", "To the contact field mobile_phone"

    approval_mode = models.CharField(
        max_length=16, choices=ApprovalMode, default=ApprovalMode.SECOND_PERSON
    )
    tls_floor = models.PositiveSmallIntegerField(choices=TlsFloor, default=TlsFloor.VERIFIED)
    portal_from = models.PositiveSmallIntegerField(choices=PortalFrom, default=PortalFrom.S3)
    tls_floor_limited = models.PositiveSmallIntegerField(
        choices=TlsFloor, default=TlsFloor.VERIFIED
    )
    portal_domains = models.JSONField(default=list, blank=True)
    honors_unprotected = models.BooleanField(default=False)
    fallback_care = models.CharField(max_length=6, choices=Fallback, default=Fallback.PORTAL)
    fallback_promotion = models.CharField(max_length=6, choices=Fallback, default=Fallback.PORTAL)
    hold_hours = models.PositiveSmallIntegerField(default=4)
    portal_expiry_days = models.PositiveSmallIntegerField(default=30)
    portal_fact = models.CharField(max_length=11, choices=PortalFact, default=PortalFact.BIRTH_DATE)
    # What needs most in the portal opens with an agreed passphrase, a code by phone or a passkey, never with facts.
    portal_must_agree = models.BooleanField(default=False)
    # Where a code goes instead of to a mailbox that is not safe, if texts can be sent at all.
    portal_phone = models.CharField(
        max_length=12, choices=PortalPhone, default=PortalPhone.PHONE, db_default="phone"
    )
    counting_up_to = models.PositiveSmallIntegerField(choices=CountingUpTo, default=CountingUpTo.S0)
    # Keeps each message's key under the tenant's own, so that staff can send a new link (ADR 20).
    portal_may_reissue = models.BooleanField(default=False)
    portal_may_print = models.BooleanField(default=True)
    portal_may_save = models.BooleanField(default=True, db_default=True)
    portal_may_reply = models.BooleanField(default=True)
    # What is tried for mail that must arrive, how long each try may take, and what authors are offered.
    must_arrive_hours = models.PositiveSmallIntegerField(default=72, db_default=72)
    must_arrive_step_hours = models.PositiveSmallIntegerField(default=24, db_default=24)
    must_arrive_portal = models.BooleanField(default=True, db_default=True)
    must_arrive_second = models.BooleanField(default=True, db_default=True)
    may_operate_without_opt_in = models.BooleanField(default=False)
    frequency_cap = models.PositiveSmallIntegerField(null=True, default=4)
    frequency_window_days = models.PositiveSmallIntegerField(default=7)
    quiet_from = models.TimeField(null=True)
    quiet_until = models.TimeField(null=True)
    changed_at = models.DateTimeField(default=clock.now)

    class Meta(TenantModel.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["tenant"], name="policy_one_for_a_tenant"),
            models.CheckConstraint(
                condition=Q(approval_mode__in=["second_person", "self_attestation"]),
                name="policy_has_a_known_approval_mode",
            ),
            models.CheckConstraint(
                condition=Q(tls_floor__in=[2, 5, 3, 4], tls_floor_limited__in=[2, 5, 3, 4]),
                name="policy_never_asks_for_less_than_verified",
            ),
            models.CheckConstraint(
                condition=Q(fallback_care__in=["portal", "hold"]),
                name="policy_care_is_never_dropped",
            ),
            models.CheckConstraint(
                condition=Q(fallback_promotion__in=["portal", "hold", "drop"]),
                name="policy_has_a_known_fallback",
            ),
            models.CheckConstraint(
                condition=Q(hold_hours__range=(1, 72)), name="policy_holds_1_to_72_hours"
            ),
            models.CheckConstraint(
                condition=Q(must_arrive_hours__range=(1, 2160)),
                name="policy_must_arrive_within_90_days",
            ),
            models.CheckConstraint(
                condition=Q(must_arrive_step_hours__range=(1, 168)),
                name="policy_must_arrive_step_takes_a_week_at_most",
            ),
            models.CheckConstraint(
                condition=Q(portal_from__in=[1, 2, 3]), name="policy_portal_from_a_known_class"
            ),
            models.CheckConstraint(
                condition=Q(counting_up_to__in=[0, 1, 2]),
                name="policy_never_counts_what_is_specially_protected",
            ),
            models.CheckConstraint(
                condition=Q(portal_expiry_days__range=(1, 365)),
                name="policy_portal_messages_expire_within_a_year",
            ),
            models.CheckConstraint(
                condition=Q(portal_fact__in=["birth_date", "postal_code"]),
                name="policy_has_a_known_portal_fact",
            ),
            models.CheckConstraint(
                condition=Q(portal_phone__in=["none", "phone", "mobile_phone"]),
                name="policy_has_a_known_portal_phone",
            ),
            models.CheckConstraint(
                condition=Q(frequency_window_days__range=(1, 90)),
                name="policy_frequency_window_is_1_to_90_days",
            ),
            models.CheckConstraint(
                condition=Q(quiet_from__isnull=True, quiet_until__isnull=True)
                | Q(quiet_from__isnull=False, quiet_until__isnull=False),
                name="policy_quiet_hours_have_both_ends",
            ),
        ]

    def for_gate(self) -> GatePolicy:
        return GatePolicy(
            may_operate_without_opt_in=self.may_operate_without_opt_in,
            frequency_cap=self.frequency_cap,
            quiet_from=self.quiet_from,
            quiet_until=self.quiet_until,
            tls_floor=TransportLevel(self.tls_floor),
            tls_floor_limited=TransportLevel(self.tls_floor_limited),
            portal_from=Sensitivity(self.portal_from),
            counting_up_to=Sensitivity(self.counting_up_to),
            portal_domains=frozenset(self.portal_domains),
            honors_unprotected=self.honors_unprotected,
            fallback_care=Fallback(self.fallback_care),
            fallback_promotion=Fallback(self.fallback_promotion),
            hold=timedelta(hours=self.hold_hours),
        )
