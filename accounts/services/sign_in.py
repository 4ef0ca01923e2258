"""Two factors in turn. Failures cost growing time and tell nothing about who exists."""

from collections.abc import Callable

from django.db import transaction

from accounts import delays, password_policy, queries, recovery, totp
from accounts.factor_rules import Factor
from accounts.models import RecoveryCode, TotpDevice, User
from accounts.services.failures import (
    count_failure,
    forget_failures,
    refuse_while_waiting,
    subjects_of,
)
from audit import services as audit
from audit.services import Actor
from tenancy import clock
from tenancy.errors import DomainError
from tenancy.models import Tenant
from tenancy.scope import tenant_scope

# After so many wrong codes the password is asked again.
CODES_TRIED = 5
STARTED = "session.started"


class SignInRefused(DomainError):
    """The address or the password is wrong; which of the two is not told."""


class CodeRefused(DomainError):
    """The code is wrong, was used already, or belongs to another half-minute."""


class NoLongerMember(DomainError):
    """The workspace is closed to this person."""


class StartAgain(DomainError):
    """So many codes were wrong that the password is asked again."""


def check_password(email: str, password: str, *, address: str) -> User:
    """The person with this password. For the platform's scope.

    Raises TooManyTries or SignInRefused. Whether the account exists changes neither the answer nor,
    as a hash is computed either way, the time it takes.
    """
    email = email.strip().lower()
    subjects = subjects_of(email, address)
    for kind, subject in subjects.items():
        refuse_while_waiting(kind, subject)
    user = User.objects.filter(email=email).first()
    if not password_policy.matches(password, user) or user is None:
        for kind, subject in subjects.items():
            count_failure(kind, subject)
        audit.record_denial(STARTED, actor=anonymous(address), reason="password")
        raise SignInRefused("The email address or the password is wrong.")
    for kind in ("pair", "account"):
        forget_failures(kind, subjects[kind])
    return user


def prove(
    user: User, code: str, check: Callable[[User, str], None], *, action: str = STARTED
) -> None:
    """A factor for `action`, by `check_code` or `check_recovery_code`.

    Raises TooManyTries, CodeRefused or StartAgain.
    """
    refuse_while_waiting("factor", str(user.id))
    try:
        check(user, code)
    except CodeRefused as error:
        audit.record_denial(action, actor=actor_for(user), reason="code", on=user)
        if count_failure("factor", str(user.id)) % CODES_TRIED == 0:
            raise StartAgain("Too many wrong codes. Begin again with your password.") from error
        raise
    forget_failures("factor", str(user.id))


@transaction.atomic
def check_code(user: User, code: str) -> None:
    """Use up the current half-minute of the person's authenticator app. Raises CodeRefused."""
    device = TotpDevice.objects.select_for_update().filter(user=user).first()
    if device is None:
        raise CodeRefused("Your account has no authenticator app. Use your passkey.")
    step = totp.matching_step(device.seed, code, clock.now(), after=device.last_step)
    if step is None:
        if _was_used(device, code):
            raise CodeRefused("This code was used already. Wait for the next one.")
        raise CodeRefused("This code is not right. Enter the one that the app shows now.")
    device.last_step = step
    device.save(update_fields=["last_step"])


@transaction.atomic
def check_recovery_code(user: User, code: str) -> None:
    """Use up one recovery code. Raises CodeRefused."""
    hashed = recovery.hash_of(user.id, code)
    row = (
        RecoveryCode.objects.select_for_update()
        .filter(user=user, code_hash=hashed, used_at__isnull=True)
        .first()
    )
    if row is None:
        raise CodeRefused("This code is not right or was used already.")
    row.used_at = clock.now()
    row.save(update_fields=["used_at"])
    audit.record("recovery_code.used", actor=actor_for(user), on=user)


@transaction.atomic
def finish(user: User, factor: Factor) -> list[Tenant]:
    """Both factors are proven; returns the workspaces to choose from, the oldest first."""
    user.last_login = clock.now()
    user.save(update_fields=["last_login"])
    audit.record(STARTED, actor=actor_for(user), on=user, factor=factor)
    return queries.workspaces_of(user)


def enter(user: User, tenant: Tenant) -> None:
    """Record in the workspace's own log that somebody came in. Raises NoLongerMember."""
    with tenant_scope(tenant.id):
        membership = queries.active_membership(user.id)
        if membership is None:
            raise NoLongerMember("You are not a member of this workspace.")
        audit.record(STARTED, actor=actor_for(user), on=membership)


def actor_for(user: User) -> Actor:
    return Actor(kind="operator" if user.is_operator else "user", id=str(user.id), name=user.name)


def anonymous(address: str) -> Actor:
    return Actor(kind="system", id=delays.address_group(address), name="Nobody signed in")


def _was_used(device: TotpDevice, code: str) -> bool:
    used = totp.code_at(device.seed, device.last_step)
    return used == code
