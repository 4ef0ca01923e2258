"""Browsers in which somebody is signed in, and tries that failed."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from accounts.models.people import User
from tenancy import clock
from tenancy.fields import BlindIndexField, SealedJSONField
from tenancy.models import TenantModel
from tenancy.while_frozen import WhileFrozen


class Session(TenantModel):
    """A browser's session: a hash of its key, and sealed content. In the platform's tenant.

    One that was ended from elsewhere stays for a day, so that its browser is told why.
    """

    while_frozen = WhileFrozen.GOES_ON

    class Ending(models.TextChoices):
        IDLE = "idle", "You were away for a while, so we signed you out."
        LIMIT = "limit", "You signed in on another device, and five at a time is the limit."
        PERSON = "person", "You signed this browser out from another device."
        ADMINISTRATOR = "administrator", "Your workspace ended this session. Sign in again."
        NETWORK = "network", "This workspace opens from its own networks only."
        PASSWORD = "password", "The password was changed. Sign in with the new one."

    key_hash = models.BinaryField()
    user = models.ForeignKey(User, on_delete=models.CASCADE, null=True)
    content = SealedJSONField()
    # Where it works: by this the workspace ends it, and nobody reads it there.
    workspace = models.UUIDField(null=True)
    browser = models.CharField(max_length=40, blank=True)
    # The /24 or /64 that it was started from: a place, not an address.
    network = models.CharField(max_length=43, blank=True)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    seen_at = models.DateTimeField(default=clock.now)
    ended_at = models.DateTimeField(null=True)
    ended_because = models.CharField(max_length=13, choices=Ending, blank=True)

    class Meta(TenantModel.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["tenant", "key_hash"], name="session_once_per_key"),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_because="")
                | (Q(ended_at__isnull=False) & ~Q(ended_because="")),
                name="session_ended_for_a_reason",
            ),
        ]
        indexes: ClassVar = [
            # For services.devices: all sessions of a person, and those that have run out.
            models.Index(fields=["tenant", "user"], name="session_user"),
            models.Index(fields=["tenant", "seen_at"], name="session_seen_at"),
        ]


class SignInFailures(TenantModel):
    """How often an account, a network or both failed lately; the row's key tells neither."""

    while_frozen = WhileFrozen.GOES_ON

    subject = BlindIndexField()
    failures = models.PositiveIntegerField(default=0)
    # Of the window before this one, see delays.Failures.
    earlier = models.PositiveIntegerField(default=0)
    window_began_at = models.DateTimeField(default=clock.now)
    failed_at = models.DateTimeField()

    class Meta(TenantModel.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["tenant", "subject"], name="failures_once_per_subject"),
        ]
