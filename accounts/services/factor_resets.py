"""Forgetting the factors of somebody who lost them: one person asks, another grants."""

from uuid import UUID

from django.db import transaction

from accounts import countersign, queries
from accounts.countersign import Payload
from accounts.models import Membership, Passkey, RecoveryCode, TotpDevice, User
from accounts.roles import Role
from accounts.services import countersignatures, notices, people
from accounts.services.people import RoleNotChanged
from audit import services as audit
from audit.services import Actor
from tenancy.scope import platform_scope

KIND = "factor.reset"


def ask(membership: Membership, *, by: Membership, reason: str, actor: Actor) -> None:
    """Raises RoleNotChanged and NotAsked."""
    people.refuse_overreach(membership, by, Role(membership.role))
    _refuse_with_other_workspaces(membership)
    payload = {"membership": str(membership.pk), "name": membership.user.name}
    countersignatures.ask(KIND, payload=payload, reason=reason, actor=actor, on=membership)


def reset(payload: Payload, requested_by: Actor, decided_by: Actor) -> None:
    """After the grant is written: the person sets up new factors with the password. Raises RoleNotChanged."""
    membership = Membership.objects.select_related("user").get(pk=UUID(payload["membership"]))
    if str(membership.user_id) == decided_by.id:
        raise RoleNotChanged("Somebody else must decide about your own factors.")
    _refuse_with_other_workspaces(membership)
    audit.record("factor.reset", actor=decided_by, on=membership, asked_by=requested_by.id)
    transaction.on_commit(lambda: _forget(membership.user))


def sentence(payload: Payload) -> str:
    return f"Forget the passkeys, app and recovery codes of {payload['name']}"


def register() -> None:
    countersign.register(KIND, permission="policy.edit", perform=reset, describe=sentence)


def _forget(user: User) -> None:
    """Factors are rows of the platform's tenant, which no transaction of a workspace reaches."""
    with platform_scope(), transaction.atomic():
        for factor in (Passkey, TotpDevice, RecoveryCode):
            factor.objects.filter(user=user).delete()
    people.end_sessions(user.id)
    notices.tell_of_change(user, "Your passkeys, app and recovery codes were reset by two people.")


def _refuse_with_other_workspaces(membership: Membership) -> None:
    """Nobody opens another workspace's door this way: for that the platform's operators have to."""
    if queries.count_workspaces(membership.user) > 1:
        raise RoleNotChanged("They work in another workspace too. Ask the platform's operator.")
