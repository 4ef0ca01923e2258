"""Keys of systems."""

from typing import ClassVar

from django.db import models

from tenancy import clock
from tenancy.models import TenantModel


class ApiKey(TenantModel):
    """A system that works with this workspace. The key itself is shown once and never stored."""

    name = models.CharField(max_length=80)
    # The first characters, by which people tell keys apart.
    hint = models.CharField(max_length=12)
    secret_hash = models.BinaryField()
    scopes = models.JSONField()
    created_by = models.CharField(max_length=150)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["tenant", "secret_hash"], name="api_key_once_per_secret"
            ),
        ]
        indexes: ClassVar = [
            # For kernel.tenant_of_api_key: a request knows its key before its tenant.
            models.Index(fields=["secret_hash"], name="api_key_secret"),
        ]

    @property
    def is_expired(self) -> bool:
        return self.expires_at <= clock.now()

    @property
    def is_usable(self) -> bool:
        return self.revoked_at is None and not self.is_expired
