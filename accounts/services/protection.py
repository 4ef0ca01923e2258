"""Changing what protects. More holds at once; less waits for a second person."""

from collections.abc import Callable, Mapping
from typing import Any

from django.db import transaction
from django.db.models import Model

from accounts import countersign, protective
from accounts.protective import Group, Setting
from accounts.queries import works_alone
from accounts.services import countersignatures
from audit import services as audit
from audit.services import Actor
from tenancy.errors import DomainError


class ChangedSince(DomainError):
    """What was asked for was about another state of things."""


@transaction.atomic
def change(group: Group, wanted: Mapping[str, object], *, reason: str, actor: Actor) -> bool:
    """True if all of it holds from now on, False if a second person was asked for what protects less.

    Raises NotAsked, and then nothing has changed: without a reason, while the same is asked already,
    and if nobody else may decide.
    """
    row = locked_row(group)
    looser = group.looser(row, wanted)
    reason = countersignatures.checked_reason(reason) if looser else ""
    waiting = [setting for setting in looser if not _may_decide_alone(setting)]
    held_back = {field for setting in waiting for field in setting.fields}
    at_once = {field: value for field, value in wanted.items() if field not in held_back}
    _store(group, row, at_once, actor, {"reason": reason} if len(waiting) < len(looser) else {})
    if not waiting:
        return True
    payload = {
        "was": _plain_of(row, held_back),
        "is": {
            field: _plain(wanted.get(field, getattr(row, field))) for field in sorted(held_back)
        },
        "reason": reason,
    }
    countersignatures.ask(group.kind, payload=payload, reason=reason, actor=actor, on=row)
    return False


def _may_decide_alone(setting: Setting) -> bool:
    return setting.may_be_decided_alone and works_alone()


def locked_row(group: Group) -> Any:
    """The workspace's row, made if there is none, for the caller's transaction."""
    rows = group.model.objects
    if not rows.exists():
        rows.bulk_create([group.model()], ignore_conflicts=True)
    return rows.select_for_update().get()


def register(*groups: Group) -> None:
    for group in groups:
        protective.register(group, perform=_loosening(group), describe=_describing(group))


def _loosening(group: Group) -> countersign.Perform:
    def loosen(payload: dict[str, Any], asked_by: Actor, decided_by: Actor) -> None:
        """What a second person granted, unless it was changed in the meantime. Raises ChangedSince."""
        row = locked_row(group)
        if _plain_of(row, payload["is"]) != payload["was"]:
            raise ChangedSince(
                "This was changed since it was asked for. Refuse it; they can ask again."
            )
        wanted = {field: group.typed(field, value) for field, value in payload["is"].items()}
        asked = {
            "reason": payload["reason"],
            "asked_by": asked_by.id,
            "asked_by_name": asked_by.name,
        }
        _store(group, row, wanted, decided_by, asked)

    return loosen


def _describing(group: Group) -> Callable[[dict[str, Any]], str]:
    def describe(payload: dict[str, Any]) -> str:
        parts = [
            f"{setting.label.lower()} from {_words(group, setting, payload['was'])}"
            f" to {_words(group, setting, payload['is'])}"
            for setting in group.settings
            if setting.fields[0] in payload["is"]
        ]
        return f"{group.title}: {'; '.join(parts)}"

    return describe


def _words(group: Group, setting: Setting, plain: Mapping[str, object]) -> str:
    return setting.words(tuple(group.typed(field, plain[field]) for field in setting.fields))


def _store(
    group: Group, row: Any, wanted: Mapping[str, object], actor: Actor, asked: dict[str, str]
) -> None:
    changed = {
        field: {"was": _plain(getattr(row, field)), "is": _plain(value)}
        for field, value in wanted.items()
        if getattr(row, field) != value
    }
    if not changed:
        return
    new = {field: wanted[field] for field in changed} | group.follows(row, wanted)
    for field, value in new.items():
        setattr(row, field, value)
    row.save(update_fields=[*new])
    audit.record(group.action, actor=actor, on=row, changed=changed, **asked)


def _plain_of(row: Model, fields: Any) -> dict[str, object]:
    return {field: _plain(getattr(row, field)) for field in sorted(fields)}


def _plain(value: object) -> object:
    """As JSON keeps it, in the question and in the audit log."""
    match value:
        case None | bool() | int() | str() | dict():
            return value
        case list():
            return [_plain(one) for one in value]
    return str(value)
