"""What changed in the settings that protect, from the audit log: who, from what to what, why, and who agreed."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from accounts.protective import Group
from audit.models import AuditEvent

SHOWN = 100


@dataclass(frozen=True)
class Change:
    at: datetime
    about: str
    by: str
    # The second person, for what protects less; the one who asked is `by` then.
    agreed_by: str
    reason: str
    # Name, what it was, what it is.
    lines: list[tuple[str, str, str]]


def changes(groups: Iterable[Group], *, shown: int = SHOWN) -> list[Change]:
    """The newest first."""
    by_action = {group.action: group for group in groups}
    events = AuditEvent.objects.filter(action__in=by_action, outcome=AuditEvent.Outcome.DONE)
    newest = events.order_by("-recorded_at", "-id")[:shown]
    return [_change(event, by_action[event.action]) for event in newest]


def _change(event: AuditEvent, group: Group) -> Change:
    asked_by: str = event.detail.get("asked_by_name", "")
    return Change(
        event.recorded_at,
        group.title,
        asked_by or event.actor_name,
        event.actor_name if asked_by else "",
        event.detail.get("reason", ""),
        [_line(group, field, it) for field, it in event.detail["changed"].items()],
    )


def _line(group: Group, field: str, changed: dict[str, Any]) -> tuple[str, str, str]:
    (label, was), (_, now) = (group.words(field, changed[side]) for side in ("was", "is"))
    return label, was, now
