"""Keys of systems."""

from datetime import date, timedelta
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from accounts.networks import NetworksField
from tenancy import clock
from tenancy.models import TenantForeignKey, TenantModel
from tenancy.while_frozen import WhileFrozen

# After a year somebody is asked again whether the system still needs it.
LONGEST_LIFE = timedelta(days=365)
# How long two secrets work side by side while a system changes from one to the other.
LONGEST_OVERLAP = timedelta(days=7)
# Whoever found a key tries it often: people are told once an hour, the trail each time.
TOLD_EVERY = timedelta(hours=1)
# Short, so that what was taken away stops soon even where nobody asks us.
TOKEN_LASTS = timedelta(minutes=5)


class ApiKey(TenantModel):
    """A system that works with this workspace, and how it proves who it is.

    A key or a client secret is shown once and never stored; of a key pair we hold the public half.
    """

    while_frozen = WhileFrozen.WINDS_DOWN

    class Way(models.TextChoices):
        KEY = "key", "API key"
        SECRET = "secret", "OAuth2 with a client secret"
        KEY_PAIR = "key_pair", "OAuth2 with its own key pair"

    way = models.CharField(max_length=8, choices=Way, default=Way.KEY)
    name = models.CharField(max_length=80)
    # The first characters, by which people tell keys apart.
    hint = models.CharField(max_length=12, blank=True)
    secret_hash = models.BinaryField(null=True)
    # A JSON Web Key Set (RFC 7517), and where it is published if the system changes it by itself.
    jwks = models.JSONField(null=True)
    jwks_url = models.CharField(max_length=2_000, blank=True)
    jwks_read_at = models.DateTimeField(null=True)
    jwks_tried_at = models.DateTimeField(null=True)
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
            models.CheckConstraint(
                condition=Q(
                    way__in=["key", "secret"],
                    secret_hash__isnull=False,
                    jwks__isnull=True,
                    jwks_url="",
                )
                | Q(way="key_pair", secret_hash__isnull=True, jwks__isnull=False),
                name="api_key_has_a_secret_or_a_key_pair",
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
    def last_day(self) -> date:
        """It ends with this day, where the reader is."""
        return timezone.localtime(self.expires_at - timedelta(microseconds=1)).date()

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
        if secret_hash == bytes(self.secret_hash or b""):
            return True
        old = bytes(self.old_secret_hash or b"")
        return self.has_old_secret and secret_hash == old


class AccessToken(TenantModel):
    """What an OAuth2 client got for its proof (RFC 6749 4.4): opaque, for five minutes."""

    while_frozen = WhileFrozen.GOES_ON

    key = TenantForeignKey(ApiKey, on_delete=models.CASCADE, related_name="+", db_index=False)
    token_hash = models.BinaryField()
    scopes = models.JSONField()
    issued_at = models.DateTimeField(default=clock.now)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["tenant", "token_hash"], name="access_token_once_per_secret"
            ),
            models.CheckConstraint(
                condition=Q(expires_at__lte=F("issued_at") + TOKEN_LASTS),
                name="access_token_lasts_at_most_five_minutes",
            ),
        ]
        indexes: ClassVar = [
            # For kernel.tenant_of_access_token: a request knows its token before its tenant.
            models.Index(fields=["token_hash"], name="access_token_secret"),
            # For forgetting those of a client that have ended.
            models.Index(fields=["tenant", "key", "expires_at"], name="access_token_of_key"),
        ]


class UsedAssertion(TenantModel):
    """The id of a signed proof that was used: it works once (RFC 7523 3, `jti`)."""

    while_frozen = WhileFrozen.GOES_ON

    key = TenantForeignKey(ApiKey, on_delete=models.CASCADE, related_name="+", db_index=False)
    jti_hash = models.BinaryField()
    expires_at = models.DateTimeField()

    class Meta(TenantModel.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["tenant", "key", "jti_hash"], name="assertion_used_once"
            ),
        ]
