"""Keys that a person's device or password manager holds (WebAuthn), and the questions put to them."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from accounts.models.people import User
from tenancy import clock
from tenancy.fields import BlindIndexField, SealedBinaryField
from tenancy.models import TenantModel
from tenancy.while_frozen import WhileFrozen


class Passkey(TenantModel):
    """The public half. Sealed, so that nobody who can write to the table can put a key of theirs in."""

    while_frozen = WhileFrozen.GOES_ON

    user = models.ForeignKey(User, on_delete=models.CASCADE)
    name = models.CharField(max_length=60)
    credential = BlindIndexField()
    credential_id = SealedBinaryField()
    public_key = SealedBinaryField()
    transports = models.JSONField(default=list)
    # WebAuthn 6.1.1: grows with each use, or is always zero.
    sign_count = models.BigIntegerField(default=0)
    # WebAuthn 6.1.3: whether it may be copied to other devices of the person, and whether it was.
    may_be_backed_up = models.BooleanField()
    is_backed_up = models.BooleanField()
    created_at = models.DateTimeField(default=clock.now, editable=False)
    last_used_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["tenant", "credential"], name="passkey_once_per_credential"
            ),
            models.CheckConstraint(
                condition=Q(sign_count__gte=0), name="passkey_counter_is_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(may_be_backed_up=True) | Q(is_backed_up=False),
                name="passkey_is_backed_up_only_if_it_may_be",
            ),
        ]
        indexes: ClassVar = [
            # For queries.factors_of: what somebody may sign in with.
            models.Index(fields=["tenant", "user"], name="passkey_user"),
        ]


class PasskeyChallenge(TenantModel):
    """A question that one browser may answer once, for five minutes. Whoever deletes the row used it."""

    while_frozen = WhileFrozen.GOES_ON

    class Purpose(models.TextChoices):
        REGISTER = "register", "A new passkey"
        SIGN_IN = "sign_in", "Sign-in"
        CONFIRM = "confirm", "Confirmation of who somebody is"

    challenge_hash = models.BinaryField()
    purpose = models.CharField(max_length=8, choices=Purpose)
    # Nobody yet: a sign-in without a password asks whoever holds a passkey.
    user = models.ForeignKey(User, on_delete=models.CASCADE, null=True)
    expires_at = models.DateTimeField()

    class Meta(TenantModel.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["tenant", "challenge_hash"], name="passkey_challenge_once"
            ),
            models.CheckConstraint(
                condition=Q(purpose__in=["register", "sign_in", "confirm"]),
                name="passkey_challenge_has_a_known_purpose",
            ),
        ]
        indexes: ClassVar = [
            # For services.passkeys.ask: questions that nobody answered go.
            models.Index(fields=["tenant", "expires_at"], name="passkey_challenge_expires_at"),
        ]
