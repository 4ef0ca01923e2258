"""Proving again, in the middle of a session, who somebody is."""

from accounts.models import User
from accounts.services import sign_in
from audit import services as audit
from audit.services import Actor
from tenancy.scope import platform_scope

ACTION = "session.confirmed"


def confirm(user: User, code: str, *, actor: Actor) -> None:
    """Use up a code of the person's authenticator app. Raises as `sign_in.prove` does."""
    with platform_scope():
        sign_in.prove(user, code, sign_in.check_code, action=ACTION)
    audit.record(ACTION, actor=actor, on=user)
