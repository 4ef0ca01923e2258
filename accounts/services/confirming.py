"""Proving again, in the middle of a session, who somebody is."""

from accounts import factor_demands
from accounts.models import User
from accounts.passkeys import PasskeyRefused
from accounts.services import passkeys, sign_in
from accounts.services.passkeys import Purpose
from accounts.services.sign_in import CodeRefused
from audit import services as audit
from audit.services import Actor
from tenancy.scope import platform_scope

ACTION = "session.confirmed"


def confirm(user: User, code: str, *, actor: Actor) -> None:
    """Use up a code of the person's authenticator app. Raises as `sign_in.prove` does."""
    if not factor_demands.may_use_app(user):
        raise CodeRefused("Use your passkey.")
    with platform_scope():
        sign_in.prove(user, code, sign_in.check_code, action=ACTION)
    audit.record(ACTION, actor=actor, on=user)


def confirm_with_passkey(user: User, answer: str, challenge: bytes, *, actor: Actor) -> None:
    """The same by one of the person's passkeys. Raises PasskeyRefused."""
    try:
        with platform_scope():
            passkeys.check(user, answer, challenge, Purpose.CONFIRM)
    except PasskeyRefused:
        audit.record_denial(ACTION, actor=actor, on=user, reason="passkey")
        raise
    audit.record(ACTION, actor=actor, on=user)
