from typing import ClassVar

from django.db import models
from django.db.models import Q

from tenancy import clock
from tenancy.fields import BlindIndexField, SealedBinaryField
from tenancy.models import TenantModel
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
