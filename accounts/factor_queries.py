"""Reads: with what people can prove who they are. For the platform's scope."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from accounts.models import Passkey, RecoveryCode, TotpDevice, User


@dataclass(frozen=True)
class Factors:
    """What one person has set up."""

    passkeys: list[Passkey]
    app: TotpDevice | None
    codes_left: int

    @property
    def is_last(self) -> bool:
        """Whether one more removal would leave a password alone."""
        return len(self.passkeys) + (self.app is not None) <= 1


@dataclass(frozen=True)
class Held:
    """What the list of people says about one of them."""

    passkeys: int
    has_app: bool

    @property
    def is_any(self) -> bool:
        return bool(self.passkeys) or self.has_app


def factors_of(user: User) -> Factors:
    return Factors(
        list(Passkey.objects.filter(user=user).order_by("created_at")),
        TotpDevice.objects.filter(user=user).first(),
        RecoveryCode.objects.filter(user=user, used_at__isnull=True).count(),
    )


def held_by(user_ids: Collection[UUID]) -> dict[UUID, Held]:
    """For each of the people, in two queries."""
    passkeys = Counter(Passkey.objects.filter(user__in=user_ids).values_list("user_id", flat=True))
    with_app = set(TotpDevice.objects.filter(user__in=user_ids).values_list("user_id", flat=True))
    return {user_id: Held(passkeys[user_id], user_id in with_app) for user_id in user_ids}


def has_passkey(user: User) -> bool:
    return Passkey.objects.filter(user=user).exists()


def has_app(user: User) -> bool:
    return TotpDevice.objects.filter(user=user).exists()
