"""Choosing where checkpoints go. One more place holds at once; one less needs a second person."""

from typing import Any

from django.db import transaction

from accounts import countersign
from accounts.services import countersignatures
from audit import anchoring
from audit.models import Anchoring
from audit.services import Actor
from tenancy import web_address

LOOSEN = "anchoring.loosen"
PORTS = frozenset({443})


@transaction.atomic
def change(*, by_mail: bool, webhook_url: str, reason: str, actor: Actor) -> bool:
    """True if all of it holds now, False if a second person was asked for what is taken away.

    Raises NotAsked or WebAddressRefused, and then nothing has changed.
    """
    if webhook_url:
        web_address.read(webhook_url, ports=PORTS)
    mails, calls = now()
    taken_away: dict[str, Any] = {}
    if mails and not by_mail:
        taken_away["by_mail"] = False
    if calls and webhook_url != calls:
        taken_away["webhook_url"] = webhook_url
    if (mails or by_mail, calls or webhook_url) != (mails, calls):
        anchoring.choose_ways(
            by_mail=mails or by_mail, webhook_url=calls or webhook_url, actor=actor
        )
    if not taken_away:
        return True
    ways = Anchoring.objects.get()
    countersignatures.ask(LOOSEN, payload=taken_away, reason=reason, actor=actor, on=ways)
    return False


def loosen(payload: dict[str, Any], _asked_by: Actor, decided_by: Actor) -> None:
    mails, calls = now()
    anchoring.choose_ways(
        by_mail=payload.get("by_mail", mails),
        webhook_url=payload.get("webhook_url", calls),
        actor=decided_by,
    )


def now() -> tuple[bool, str]:
    """Whether checkpoints are mailed, and which address is called; empty if none."""
    ways = Anchoring.objects.first()
    if ways is None:
        return False, ""
    return ways.mail_due_at is not None, ways.webhook_url or ""


def sentence(payload: dict[str, Any]) -> str:
    parts = []
    if "by_mail" in payload:
        parts.append("stop the daily mail with the checkpoint of the audit log")
    if payload.get("webhook_url"):
        # The rest of an address may be a secret of the system.
        name = web_address.read(payload["webhook_url"], ports=PORTS).host
        parts.append(f"send checkpoints to {name} in place of the address so far")
    elif "webhook_url" in payload:
        parts.append("stop sending checkpoints to your own system")
    text = "; ".join(parts)
    return text[0].upper() + text[1:]


def register() -> None:
    countersign.register(LOOSEN, permission="audit.edit", perform=loosen, describe=sentence)
