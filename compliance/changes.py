"""What changed in the settings that protect, from the audit log: who, from what to what, why, and who agreed."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from accounts import rule_history
from audit.models import AuditEvent
from compliance.protective import GROUPS, Group

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


def changes() -> list[Change]:
    """The newest first; those of sign-in too."""
    groups = {group.action: group for group in GROUPS}
    events = AuditEvent.objects.filter(action__in=groups, outcome=AuditEvent.Outcome.DONE)
    found = [
        _change(event, groups[event.action]) for event in events.order_by("-recorded_at")[:SHOWN]
    ]
    found += [Change(it.at, "Sign-in", it.by, "", "", it.lines) for it in rule_history.changes()]
    return sorted(found, key=lambda change: change.at, reverse=True)[:SHOWN]


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
    for setting in group.settings:
        if setting.fields == (field,):
            words = [setting.words((group.typed(field, changed[side]),)) for side in ("was", "is")]
            return setting.label, words[0], words[1]
    column = group.model._meta.get_field(field)
    label = str(getattr(column, "verbose_name", field)).capitalize()
    return label, str(changed["was"] or "None"), str(changed["is"] or "None")
