"""An act that needs a second person, for tests: it leaves an audit event, or refuses."""

from accounts import countersign
from accounts.models import Countersignature
from accounts.services import countersignatures
from audit import services as audit
from audit.services import Actor
from tenancy.errors import DomainError

KIND = "sample.loosen"


def perform(payload: dict, requested_by: Actor, decided_by: Actor) -> None:
    if payload.get("is_impossible"):
        raise DomainError("The door is gone.")
    audit.record("sample.done", actor=decided_by, door=payload["door"], asked_by=requested_by.name)


def drop(payload: dict, closed_by: Actor) -> None:
    audit.record("sample.dropped", actor=closed_by, door=payload["door"])


def describe(payload: dict) -> str:
    return f"Open the {payload['door']} door"


countersign.register(KIND, permission="policy.edit", perform=perform, describe=describe, drop=drop)


def ask(actor: Actor, door: str = "side", **more: object) -> Countersignature:
    payload = {"door": door, **more}
    return countersignatures.ask(KIND, payload=payload, reason="The painter comes", actor=actor)
