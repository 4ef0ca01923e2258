"""What changed in the rules of sign-in, from the audit log, in words."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from accounts.roles import Role
from audit.models import AuditEvent

SHOWN = 10
ACTIONS = ("sign_in_rules.changed", "networks.changed")
NAMES = {
    "idle_minutes": "Idle minutes",
    "absolute_hours": "Hours until a new sign-in",
    "passkey_only": "Passkey only",
    "networks": "Networks",
}


@dataclass(frozen=True)
class Change:
    at: datetime
    by: str
    # Name, what it was, what it is.
    lines: list[tuple[str, str, str]]


def changes() -> list[Change]:
    """The newest first."""
    events = AuditEvent.objects.filter(action__in=ACTIONS).order_by("-recorded_at", "-id")[:SHOWN]
    return [Change(it.recorded_at, it.actor_name, _lines(it.detail["changed"])) for it in events]


def _lines(changed: dict[str, dict[str, Any]]) -> list[tuple[str, str, str]]:
    return [(NAMES[name], _words(it["was"]), _words(it["is"])) for name, it in changed.items()]


def _words(value: int | list[str]) -> str:
    if isinstance(value, int):
        return str(value)
    titles = {role.value: role.label for role in Role}
    return ", ".join(titles.get(one, one) for one in value) or "None"
