"""The kinds of second factors, and what a workspace's rules say about them.

A second factor is always asked for: there is no switch for that, here or anywhere.
"""

from collections.abc import Collection, Mapping

from django.db import models

from accounts.models import SecuritySettings


class Factor(models.TextChoices):
    PASSKEY = "passkey", "Passkey"
    APP = "app", "Authenticator app"
    RECOVERY = "recovery", "Recovery code"


# How a session began, for the audit log; a passkey is two factors in one.
PROOFS = {
    Factor.PASSKEY: "passkey",
    Factor.APP: "password+totp",
    Factor.RECOVERY: "password+recovery_code",
}


def passkey_only(settings: SecuritySettings) -> frozenset[str]:
    """Roles that sign in with a passkey and nothing else."""
    return passkey_only_in(settings.factors)


def passkey_only_in(factors: Mapping[str, object]) -> frozenset[str]:
    return frozenset(factors)


def factors_for(passkey_only: Collection[str]) -> dict[str, list[str]]:
    """The same as the column holds it."""
    return {role: [Factor.PASSKEY.value] for role in sorted(passkey_only)}
