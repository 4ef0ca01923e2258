"""Changing how people sign in. Stricter holds at once; looser needs a second person."""

from typing import Any

from django.db import transaction

from accounts import countersign
from accounts.factor_rules import Factor, Rules, rules_in
from accounts.models import SecuritySettings
from accounts.roles import Role
from accounts.services import countersignatures
from accounts.services.access_rules import locked_settings
from audit import services as audit
from audit.services import Actor

LOOSEN = "sign_in.loosen"
CHANGED = "sign_in_rules.changed"


@transaction.atomic
def change(wanted: Rules, *, reason: str, actor: Actor) -> bool:
    """True if all of it holds from now on, False if a second person was asked for the looser part.

    Raises NotAsked, and then nothing has changed.
    """
    settings = locked_settings()
    tightened = rules_in(settings).with_tighter(wanted)
    _save(settings, tightened, actor)
    if wanted == tightened:
        return True
    payload = _looser_part(wanted, tightened)
    countersignatures.ask(LOOSEN, payload=payload, reason=reason, actor=actor, on=settings)
    return False


def loosen(payload: dict[str, Any], _asked_by: Actor, decided_by: Actor) -> None:
    """What a second person granted, and no more: what was tightened since stays."""
    settings = locked_settings()
    now = rules_in(settings)
    looser = Rules(
        payload.get("idle_minutes", now.idle_minutes),
        payload.get("absolute_hours", now.absolute_hours),
        now.passkey_only - set(payload.get("lifted", [])),
    )
    _save(settings, looser, decided_by)


def sentence(payload: dict[str, Any]) -> str:
    parts = []
    if "idle_minutes" in payload:
        parts.append(f"sign people out after {payload['idle_minutes']} idle minutes")
    if "absolute_hours" in payload:
        parts.append(f"ask for a new sign-in after {payload['absolute_hours']} hours")
    if "lifted" in payload:
        titles = ", ".join(f"{Role(role).label.lower()}s" for role in payload["lifted"])
        parts.append(f"let {titles} sign in without a passkey")
    text = "; ".join(parts)
    return text[0].upper() + text[1:]


def register() -> None:
    countersign.register(LOOSEN, permission="policy.edit", perform=loosen, describe=sentence)


def _looser_part(wanted: Rules, holds: Rules) -> dict[str, Any]:
    part: dict[str, Any] = {}
    if wanted.idle_minutes != holds.idle_minutes:
        part["idle_minutes"] = wanted.idle_minutes
    if wanted.absolute_hours != holds.absolute_hours:
        part["absolute_hours"] = wanted.absolute_hours
    if wanted.passkey_only != holds.passkey_only:
        part["lifted"] = sorted(holds.passkey_only - wanted.passkey_only)
    return part


def _save(settings: SecuritySettings, rules: Rules, actor: Actor) -> None:
    before = rules_in(settings)
    if rules == before:
        return
    settings.idle_minutes, settings.absolute_hours = rules.idle_minutes, rules.absolute_hours
    settings.factors = {role: [Factor.PASSKEY.value] for role in sorted(rules.passkey_only)}
    settings.save(update_fields=["idle_minutes", "absolute_hours", "factors"])
    changed = {
        name: {"was": was, "is": is_}
        for name, was, is_ in zip(_NAMES, _plain(before), _plain(rules), strict=True)
        if was != is_
    }
    audit.record(CHANGED, actor=actor, on=settings, changed=changed)


_NAMES = ("idle_minutes", "absolute_hours", "passkey_only")


def _plain(rules: Rules) -> tuple[int, int, list[str]]:
    return rules.idle_minutes, rules.absolute_hours, sorted(rules.passkey_only)
