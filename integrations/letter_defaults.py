"""Changing what is meant by the messages of one system. That they hold less needs a second person (ADR 40)."""

from typing import Any
from uuid import UUID

from django.db import transaction

from accounts import countersign
from accounts.models import ApiKey
from accounts.services import countersignatures
from audit import services as audit
from audit.services import Actor
from compliance.facts import Sensitivity
from integrations.forms import HOLDS
from integrations.letters.asking import defaults_of
from integrations.models import LetterDefaults
from tenancy import clock
from tenancy.errors import DomainError

HOLD_LESS = "api_key.letters_hold_less"


class LettersChanged(DomainError):
    """What was asked about is not so any more."""


@transaction.atomic
def change(
    key: ApiKey, *, purpose: str, sensitivity: int, drops_repeated: bool, reason: str, actor: Actor
) -> bool:
    """True if all of it holds now, False if a second person was asked whether its messages hold less.

    Raises NotAsked, and then nothing has changed.
    """
    held = defaults_of(key).sensitivity
    _keep(
        key,
        {
            "purpose": purpose,
            "drops_repeated": drops_repeated,
            "sensitivity": max(held, sensitivity),
        },
        actor,
    )
    if sensitivity >= held:
        return True
    payload = {"name": key.name, "key": str(key.pk), "from": held, "to": sensitivity}
    countersignatures.ask(HOLD_LESS, payload=payload, reason=reason, actor=actor, on=key)
    return False


def hold_less(payload: dict[str, Any], asked_by: Actor, decided_by: Actor) -> None:
    """Raises LettersChanged if the key has ended, or somebody has changed it since."""
    key = ApiKey.objects.select_for_update().get(pk=UUID(payload["key"]))
    if not key.is_open or defaults_of(key).sensitivity != payload["from"]:
        raise LettersChanged("The key has ended, or what its messages hold was changed since.")
    _keep(key, {"sensitivity": payload["to"]}, decided_by, asked_by=asked_by.id)


def sentence(payload: dict[str, Any]) -> str:
    less, more = (HOLDS[Sensitivity(payload[name])][0] for name in ("to", "from"))
    return f"Take messages of “{payload['name']}” for “{less}” instead of “{more}”"


def register() -> None:
    countersign.register(HOLD_LESS, permission="policy.edit", perform=hold_less, describe=sentence)


def _keep(key: ApiKey, chosen: dict[str, Any], actor: Actor, **more: str) -> None:
    kept, _ = LetterDefaults.objects.update_or_create(
        key=key, defaults={**chosen, "changed_at": clock.now()}
    )
    audit.record(
        "api_key.letters_changed",
        actor=actor,
        on=key,
        purpose=kept.purpose,
        sensitivity=f"S{kept.sensitivity}",
        **more,
    )
