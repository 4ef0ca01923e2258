from typing import ClassVar

from django.db import models
from django.db.models import Q

from tenancy import clock
from tenancy.fields import SealedJSONField
from tenancy.models import TenantModel


class AuditEvent(TenantModel):
    """One thing that somebody did, or was refused. Append-only; no foreign keys, so nothing drags it along."""

    class Outcome(models.TextChoices):
        DONE = "done"
        DENIED = "denied"
        FAILED = "failed"

    action = models.CharField(max_length=60)
    outcome = models.CharField(max_length=6, choices=Outcome, default=Outcome.DONE)
    actor_kind = models.CharField(max_length=10)
    actor_id = models.CharField(max_length=64)
    actor_name = models.CharField(max_length=150)
    object_type = models.CharField(max_length=60, blank=True)
    object_id = models.CharField(max_length=64, blank=True)
    detail = SealedJSONField()
    recorded_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta(TenantModel.Meta):
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(outcome__in=["done", "denied", "failed"]),
                name="audit_event_has_a_known_outcome",
            ),
            models.CheckConstraint(
                condition=Q(actor_kind__in=["user", "api_key", "patient", "system", "operator"]),
                name="audit_event_has_a_known_actor_kind",
            ),
        ]
        indexes: ClassVar = [
            # For the audit page: newest first, whole tenant or one object or one person.
            models.Index(fields=["tenant", "-recorded_at", "-id"], name="audit_event_newest"),
            models.Index(fields=["tenant", "object_id", "-recorded_at"], name="audit_event_object"),
            models.Index(fields=["tenant", "actor_id", "-recorded_at"], name="audit_event_actor"),
        ]
