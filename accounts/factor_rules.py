"""The kinds of second factors, and which change of the rules is a looser one.

A second factor is always asked for: there is no switch for that, here or anywhere.
"""

from dataclasses import dataclass

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


@dataclass(frozen=True)
class Rules:
    """What a workspace decides about sign-in."""

    idle_minutes: int
    absolute_hours: int
    # Roles that sign in with a passkey and nothing else.
    passkey_only: frozenset[str]

    def with_tighter(self, wanted: "Rules") -> "Rules":
        """What may hold at once: of each rule the stricter one."""
        return Rules(
            min(self.idle_minutes, wanted.idle_minutes),
            min(self.absolute_hours, wanted.absolute_hours),
            self.passkey_only | wanted.passkey_only,
        )


def rules_in(settings: SecuritySettings) -> Rules:
    return Rules(settings.idle_minutes, settings.absolute_hours, passkey_only(settings))


def passkey_only(settings: SecuritySettings) -> frozenset[str]:
    return frozenset(settings.factors)
