"""Browsers in which somebody is signed in, and tries that failed."""

from typing import ClassVar

from django.db import models

from accounts.models.people import User
from tenancy import clock
from tenancy.fields import BlindIndexField, SealedJSONField
from tenancy.models import TenantModel


class Session(TenantModel):
    """A browser's session: a hash of its key, and sealed content. In the platform's tenant."""

    key_hash = models.BinaryField()
    user = models.ForeignKey(User, on_delete=models.CASCADE, null=True)
    content = SealedJSONField()
    address = models.GenericIPAddressField(null=True)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    seen_at = models.DateTimeField(default=clock.now)

    class Meta(TenantModel.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["tenant", "key_hash"], name="session_once_per_key"),
        ]
        indexes: ClassVar = [
            # For services.sessions: all sessions of a person, and those that have run out.
            models.Index(fields=["tenant", "user"], name="session_user"),
            models.Index(fields=["tenant", "seen_at"], name="session_seen_at"),
        ]


class SignInFailures(TenantModel):
    """How often an account name or an address failed in a row; the row's key tells neither."""

    subject = BlindIndexField()
    failures = models.PositiveIntegerField(default=0)
    failed_at = models.DateTimeField()

    class Meta(TenantModel.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["tenant", "subject"], name="failures_once_per_subject"),
        ]
