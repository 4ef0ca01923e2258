"""Pinning the mail servers of a recipient's domain. To allow more of them needs a second person (ADR 40)."""

from collections.abc import Iterable
from typing import Any

from django.db import transaction

from accounts import countersign
from accounts.services import countersignatures
from accounts.services.protection import ChangedSince
from audit import services as audit
from audit.services import Actor
from delivery.models import ServerPin
from delivery.wire.pins import Pin, narrower
from tenancy import clock
from tenancy.keyring import current_keys

LOOSEN = "pin.loosen"


def known(domains: Iterable[str]) -> dict[str, Pin]:
    """What the workspace was told of these domains."""
    indexes = {_index(domain): domain for domain in domains}
    rows = ServerPin.objects.filter(domain_index__in=list(indexes))
    return {indexes[row.domain_index]: Pin(tuple(row.mx)) for row in rows if row.mx}


def of(domain: str) -> ServerPin | None:
    """The pin of the domain, if it is pinned."""
    row = ServerPin.objects.filter(domain_index=_index(domain)).first()
    return row if row and row.mx else None


def protects_less(domain: str, mx: tuple[str, ...]) -> bool:
    """Whether these would let mail go to a server that it may not go to now."""
    row = of(domain)
    return row is not None and _is_looser(tuple(row.mx), mx)


@transaction.atomic
def pin(domain: str, mx: tuple[str, ...], *, reason: str, actor: Actor) -> bool:
    """Let mail to the domain go to these servers only; to any if there are none.

    True if it holds now, False if a second person was asked. Raises NotAsked, and then nothing has
    changed.
    """
    row = _locked(domain)
    if not _is_looser(tuple(row.mx), mx):
        _store(row, mx, actor)
        return True
    payload = {"pin": str(row.pk), "domain": domain, "was": row.mx, "is": list(mx)}
    countersignatures.ask(LOOSEN, payload=payload, reason=reason, actor=actor, on=row)
    return False


def loosen(payload: dict[str, Any], asked_by: Actor, decided_by: Actor) -> None:
    """What a second person granted. Raises ChangedSince."""
    row = _locked(payload["domain"])
    if row.mx != payload["was"]:
        raise ChangedSince(
            "This was changed since it was asked for. Refuse it; they can ask again."
        )
    _store(row, tuple(payload["is"]), decided_by, asked_by=asked_by.id)


def sentence(payload: dict[str, Any]) -> str:
    if not payload["is"]:
        return f"Let mail to {payload['domain']} go to any mail server of the domain"
    return (
        f"Let mail to {payload['domain']} go to {', '.join(payload['is'])}"
        f" instead of only to {', '.join(payload['was'])}"
    )


def register() -> None:
    countersign.register(LOOSEN, permission="policy.edit", perform=loosen, describe=sentence)


def _is_looser(was: tuple[str, ...], is_: tuple[str, ...]) -> bool:
    return bool(was) and (not is_ or not narrower(is_, was))


def _locked(domain: str) -> ServerPin:
    row, _ = ServerPin.objects.select_for_update().get_or_create(
        domain_index=_index(domain), defaults={"domain": domain, "mx": []}
    )
    return row


def _store(row: ServerPin, mx: tuple[str, ...], actor: Actor, **asked: str) -> None:
    """The log counts: where a workspace's patients have their mailboxes is for no list."""
    if tuple(row.mx) == mx:
        return
    audit.record("pin.changed", actor=actor, on=row, was=len(row.mx), servers=len(mx), **asked)
    row.mx, row.changed_at = list(mx), clock.now()
    row.save(update_fields=["mx", "changed_at"])


def _index(domain: str) -> bytes:
    return current_keys().blind_index("delivery.domain", domain)
