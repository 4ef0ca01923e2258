"""Keys of systems."""

from datetime import timedelta
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from accounts.networks import NetworksField
from tenancy import clock
from tenancy.models import TenantModel

# After a year somebody is asked again whether the system still needs it.
LONGEST_LIFE = timedelta(days=365)
# How long two secrets work side by side while a system changes from one to the other.
LONGEST_OVERLAP = timedelta(days=7)
# Whoever found a key tries it often: people are told once an hour, the trail each time.
TOLD_EVERY = timedelta(hours=1)


class ApiKey(TenantModel):
    """A system that works with this workspace. The key itself is shown once and never stored."""

    name = models.CharField(max_length=80)
    # The first characters, by which people tell keys apart.
    hint = models.CharField(max_length=12)
    secret_hash = models.BinaryField()
    # The secret before it, while it still works: a system takes up the new one without a pause.
    old_hint = models.CharField(max_length=12, blank=True)
    old_secret_hash = models.BinaryField(null=True)
    old_ends_at = models.DateTimeField(null=True)
    rotated_at = models.DateTimeField(null=True)
    scopes = models.JSONField()
    # Empty: from everywhere.
    networks = NetworksField(default=list)
    created_by = models.CharField(max_length=150)
    # Whose leaving may end the key; empty for keys from before this was kept.
    created_by_id = models.CharField(max_length=64, blank=True)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)
    # A key that sees PHI works only after a compliance officer allowed it.
    is_allowed = models.BooleanField(default=True)
    allowed_by = models.CharField(max_length=150, blank=True)
    # When people were told last that it came from a place that it may not come from.
    told_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["tenant", "secret_hash"], name="api_key_once_per_secret"
            ),
            models.CheckConstraint(
                condition=Q(expires_at__lte=F("created_at") + LONGEST_LIFE),
                name="api_key_lives_at_most_a_year",
            ),
            models.CheckConstraint(
                condition=Q(old_secret_hash__isnull=True, old_ends_at__isnull=True, old_hint="")
                | Q(
                    old_secret_hash__isnull=False,
                    old_ends_at__lte=F("rotated_at") + LONGEST_OVERLAP,
                ),
                name="api_key_old_secret_ends_within_a_week",
            ),
        ]
        indexes: ClassVar = [
            # For kernel.tenant_of_api_key: a request knows its key before its tenant.
            models.Index(fields=["secret_hash"], name="api_key_secret"),
            models.Index(fields=["old_secret_hash"], name="api_key_old_secret"),
        ]

    @property
    def is_expired(self) -> bool:
        return self.expires_at <= clock.now()

    @property
    def is_usable(self) -> bool:
        return self.is_open and self.is_allowed

    @property
    def is_open(self) -> bool:
        """Whether it works, or will as soon as somebody allows it."""
        return self.revoked_at is None and not self.is_expired

    @property
    def has_old_secret(self) -> bool:
        """Whether the secret before the newest works too."""
        return self.old_ends_at is not None and clock.now() < self.old_ends_at

    def works_with(self, secret_hash: bytes) -> bool:
        """Whether this is the hash of the newest secret, or of the one before it in its time."""
        if secret_hash == bytes(self.secret_hash):
            return True
        old = bytes(self.old_secret_hash or b"")
        return self.has_old_secret and secret_hash == old
