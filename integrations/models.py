from typing import ClassVar

from django.db import models
from django.db.models import Q

from compliance.purposes import Purpose
from tenancy import clock
from tenancy.fields import BlindIndexField, SealedBinaryField
from tenancy.models import TenantForeignKey, TenantModel
from tenancy.while_frozen import WhileFrozen


class IdempotentRequest(TenantModel):
    """A POST that may come again: what it asked, as keyed hashes, and what it was answered.

    The id is also the cause of what the request made, so that even a repetition after a crash makes
    nothing twice.
    """

    while_frozen = WhileFrozen.GOES_ON

    api_key_id = models.UUIDField()
    # The client's Idempotency-Key, and the method, path and body that came with it.
    key_index = BlindIndexField()
    request_index = BlindIndexField()
    started_at = models.DateTimeField(default=clock.now)
    status = models.PositiveSmallIntegerField(null=True)
    answer = SealedBinaryField(null=True)

    class Meta(TenantModel.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["tenant", "api_key_id", "key_index"], name="idempotent_request_once_per_key"
            ),
            models.CheckConstraint(
                condition=Q(status__isnull=True, answer__isnull=True)
                | Q(status__isnull=False, answer__isnull=False),
                name="idempotent_request_answered_with_a_status",
            ),
        ]
        indexes: ClassVar = [
            # For forget_old_answers.
            models.Index(fields=["tenant", "started_at"], name="idempotent_request_age"),
        ]


class LetterDefaults(TenantModel):
    """What is meant when a system does not say it of a letter. Without a row: no purpose, S2."""

    while_frozen = WhileFrozen.KEPT

    key = TenantForeignKey(
        "accounts.ApiKey", on_delete=models.CASCADE, related_name="+", db_index=False
    )
    # Empty: each letter has to say its own.
    purpose = models.CharField(max_length=12, choices=Purpose, blank=True)
    # What a letter holds at least; the system and what is found in the text only raise it.
    sensitivity = models.PositiveSmallIntegerField(default=2)
    # The same Message-ID, person and text within ten minutes is one message (SMTP submission).
    drops_repeated = models.BooleanField(default=False)
    changed_at = models.DateTimeField(default=clock.now)

    class Meta(TenantModel.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["tenant", "key"], name="letter_defaults_once_per_key"),
            models.CheckConstraint(
                condition=Q(sensitivity__lte=3), name="letter_defaults_have_a_known_sensitivity"
            ),
            models.CheckConstraint(
                condition=Q(
                    purpose__in=[
                        "", "treatment", "appointment", "care_gap", "payment", "operations",
                        "refill", "marketing", "remunerated", "fundraising", "part2",
                    ]
                ),
                name="letter_defaults_have_a_known_purpose",
            ),
        ]  # fmt: skip
