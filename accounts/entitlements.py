"""Reads: who had which role at a moment, and every change that led there."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from accounts.models import Entitlement, Membership

LISTED = 200


@dataclass(frozen=True)
class Held:
    """A role that somebody had, and the change that gave it to them."""

    name: str
    entitlement: Entitlement


def as_of(moment: datetime) -> list[Held]:
    """Everybody with a role at `moment`, by name."""
    latest = (
        Entitlement.objects.filter(changed_at__lte=moment)
        .order_by("membership_id", "-number")
        .distinct("membership_id")
    )
    return _named([row for row in latest if row.role])


def changes() -> list[Held]:
    """The latest changes, newest first."""
    rows = list(Entitlement.objects.order_by("-changed_at", "-number")[:LISTED])
    names = _names()
    return [Held(names.get(row.membership_id, "Somebody"), row) for row in rows]


def _named(rows: list[Entitlement]) -> list[Held]:
    names = _names()
    held = [Held(names.get(row.membership_id, "Somebody"), row) for row in rows]
    return sorted(held, key=lambda each: each.name.casefold())


def _names() -> dict[UUID, str]:
    return dict(Membership.objects.values_list("pk", "user__name"))
