"""Which acts need a second person: apps register them at start-up, below all paths.

    countersign.register(
        "retention.loosen", permission="policy.edit", perform=loosen, describe=sentence
    )

`perform` runs in the transaction of the grant; `drop`, where something was prepared, in that of the
refusal, the withdrawal or the end of a question that nobody answered. `describe` is the sentence that
the second person reads, and tells nothing about any patient.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from accounts.permissions import PERMISSIONS, role_may
from audit.services import Actor

Payload = dict[str, Any]
Perform = Callable[[Payload, Actor, Actor], None]
Drop = Callable[[Payload, Actor], None]
Describe = Callable[[Payload], str]


def _leave(payload: Payload, closed_by: Actor) -> None:
    """Nothing was prepared, so nothing is to be undone."""


@dataclass(frozen=True)
class Kind:
    """An act that one person asks for and another, who has `permission`, grants."""

    name: str
    permission: str
    perform: Perform
    describe: Describe
    drop: Drop = _leave


_KINDS: dict[str, Kind] = {}


def register(
    kind: str, *, permission: str, perform: Perform, describe: Describe, drop: Drop = _leave
) -> None:
    """Raises ValueError for a kind that exists and for a permission that does not."""
    if kind in _KINDS:
        raise ValueError(f"{kind} is registered twice")
    if permission not in PERMISSIONS:
        raise ValueError(f"{permission} is not in the table of permissions")
    _KINDS[kind] = Kind(kind, permission, perform, describe, drop)


def kind_named(name: str) -> Kind:
    return _KINDS[name]


def decidable_by(role: str) -> list[str]:
    """The kinds that somebody with this role may decide, if somebody else asked."""
    return [kind.name for kind in _KINDS.values() if role_may(role, kind.permission)]
