"""Setting up the second factor: an authenticator app and ten recovery codes."""

from django.db import transaction

from accounts import recovery, totp
from accounts.models import RecoveryCode, TotpDevice, User
from accounts.services.sign_in import CodeRefused, actor_for, check_code, prove
from audit import services as audit
from tenancy import clock
from tenancy.errors import DomainError
from tenancy.scope import platform_scope


class AlreadyEnrolled(DomainError):
    """The person has an authenticator app already."""


@transaction.atomic
def enroll(user: User, seed: bytes, code: str) -> list[str]:
    """Bind the app that shows `code` for `seed`; returns ten recovery codes, readable this once.

    Raises AlreadyEnrolled, or CodeRefused if the app shows something else.
    """
    if TotpDevice.objects.filter(user=user).exists():
        raise AlreadyEnrolled("Your account has an authenticator app already.")
    step = totp.matching_step(seed, code, clock.now(), after=0)
    if step is None:
        raise CodeRefused(
            "This code is not right. Scan the picture, then enter what the app shows."
        )
    TotpDevice.objects.create(user=user, name="Authenticator app", seed=seed, last_step=step)
    audit.record("factor.enrolled", actor=actor_for(user), on=user)
    return replace_recovery_codes(user)


def renew_recovery_codes(user: User, code: str) -> list[str]:
    """Ten new codes for somebody who has the app at hand. Raises as `prove` does."""
    with platform_scope():
        prove(user, code, check_code)
        return replace_recovery_codes(user)


@transaction.atomic
def replace_recovery_codes(user: User) -> list[str]:
    """Ten new codes; the old ones stop working."""
    codes = recovery.new_codes()
    RecoveryCode.objects.filter(user=user).delete()
    RecoveryCode.objects.bulk_create(
        RecoveryCode(user=user, code_hash=recovery.hash_of(user.id, code)) for code in codes
    )
    audit.record("recovery_codes.made", actor=actor_for(user), on=user)
    return codes
