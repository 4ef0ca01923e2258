"""What somebody signs in with besides the password: set up, replaced, removed. Each change is mailed."""

from django.db import transaction

from accounts import factor_demands, factor_queries, recovery, totp
from accounts.models import Passkey, RecoveryCode, TotpDevice, User
from accounts.services import notices, passkeys
from accounts.services.sign_in import CodeRefused, actor_for
from audit import services as audit
from tenancy import clock
from tenancy.errors import DomainError
from tenancy.scope import platform_scope

WRONG_FIRST_CODE = "This code is not right. Scan the picture, then enter what the app shows."


class FactorNotRemoved(DomainError):
    """Without it the person could not sign in, or not as the workspace wants it."""


def enroll_app(user: User, seed: bytes, code: str) -> None:
    """Bind the app that shows `code` for `seed`, in place of the one before.

    Raises CodeRefused if the app shows something else.
    """
    step = totp.matching_step(seed, code, clock.now(), after=0)
    if step is None:
        raise CodeRefused(WRONG_FIRST_CODE)
    with platform_scope(), transaction.atomic():
        User.objects.select_for_update().get(pk=user.pk)
        TotpDevice.objects.filter(user=user).delete()
        TotpDevice.objects.create(user=user, name="Authenticator app", seed=seed, last_step=step)
        audit.record("factor.enrolled", actor=actor_for(user), on=user)
    notices.tell_of_change(user, "An authenticator app was set up for your account.")


def enroll_passkey(user: User, answer: str, challenge: bytes, *, name: str) -> None:
    """Raises PasskeyRefused."""
    with platform_scope():
        passkeys.set_up(user, answer, challenge, name=name)
    notices.tell_of_change(user, "A passkey was set up for your account.")


def remove_app(user: User) -> None:
    """Raises FactorNotRemoved if it is the last factor."""
    with platform_scope(), transaction.atomic():
        _refuse_if_last(user)
        TotpDevice.objects.filter(user=user).delete()
        audit.record("factor.removed", actor=actor_for(user), on=user)
    notices.tell_of_change(user, "The authenticator app was removed from your account.")


def remove_passkey(user: User, passkey: Passkey) -> None:
    """Raises FactorNotRemoved if it is the last factor, or the last of the kind that is asked for."""
    is_needed = factor_demands.needs_passkey(user)
    with platform_scope(), transaction.atomic():
        _refuse_if_last(user)
        if is_needed and len(factor_queries.factors_of(user).passkeys) == 1:
            raise FactorNotRemoved("Your workspace asks for a passkey. Set up another one first.")
        passkey.delete()
        audit.record("passkey.removed", actor=actor_for(user), on=user)
    notices.tell_of_change(user, "A passkey was removed from your account.")


def _refuse_if_last(user: User) -> None:
    """With the account locked, so that two removals at once do not leave nothing."""
    User.objects.select_for_update().get(pk=user.pk)
    if factor_queries.factors_of(user).is_last:
        raise FactorNotRemoved("This is your only factor. Set up another one first.")


def first_recovery_codes(user: User) -> list[str]:
    """Ten codes for somebody who never got any; none for everybody else."""
    with platform_scope():
        has_some = RecoveryCode.objects.filter(user=user).exists()
    return [] if has_some else replace_recovery_codes(user)


def replace_recovery_codes(user: User) -> list[str]:
    """Ten new codes, readable this once; the old ones stop working."""
    codes = recovery.new_codes()
    with platform_scope(), transaction.atomic():
        User.objects.select_for_update().get(pk=user.pk)
        RecoveryCode.objects.filter(user=user).delete()
        RecoveryCode.objects.bulk_create(
            RecoveryCode(user=user, code_hash=recovery.hash_of(user.id, code)) for code in codes
        )
        audit.record("recovery_codes.made", actor=actor_for(user), on=user)
    notices.tell_of_change(user, "New recovery codes were made for your account.")
    return codes
