"""Forgetting the factors of somebody who lost them: one person asks, another grants."""

from uuid import UUID

from django.db import transaction
from django.urls import reverse

from accounts import countersign, queries
from accounts.countersign import Payload
from accounts.models import Membership, Passkey, RecoveryCode, TotpDevice, User
from accounts.permissions import PERMISSIONS
from accounts.roles import Role
from accounts.services import countersignatures, notices, people
from accounts.services.people import RoleNotChanged
from audit import services as audit
from audit.services import Actor
from tenancy import clock
from tenancy import services as tenancy
from tenancy.origins import url_on
from tenancy.scope import platform_scope

KIND = "factor.reset"
TOLD = (
    "Your passkeys, app and recovery codes were reset by two people. What is sensitive stays closed to"
    " you for a day."
)


def ask(membership: Membership, *, by: Membership, reason: str, actor: Actor) -> None:
    """Raises RoleNotChanged and NotAsked."""
    people.refuse_overreach(membership, by, Role(membership.role))
    _refuse_with_other_workspaces(membership)
    payload = {"membership": str(membership.pk), "name": membership.user.name}
    countersignatures.ask(KIND, payload=payload, reason=reason, actor=actor, on=membership)


def reset(payload: Payload, requested_by: Actor, decided_by: Actor) -> None:
    """After the grant is written: the person sets up new factors with the password. Raises RoleNotChanged."""
    membership = Membership.objects.select_related("user", "tenant").get(
        pk=UUID(payload["membership"])
    )
    if str(membership.user_id) == decided_by.id:
        raise RoleNotChanged("Somebody else must decide about your own factors.")
    _refuse_with_other_workspaces(membership)
    audit.record("factor.reset", actor=decided_by, on=membership, asked_by=requested_by.id)
    _tell_administrators(membership, requested_by, decided_by)
    transaction.on_commit(lambda: _forget(membership.user))


def sentence(payload: Payload) -> str:
    return f"Forget the passkeys, app and recovery codes of {payload['name']}"


def register() -> None:
    countersign.register(KIND, permission="policy.edit", perform=reset, describe=sentence)


def _tell_administrators(membership: Membership, asked: Actor, agreed: Actor) -> None:
    """A reset is how somebody else gets in: more people than the two hear of it."""
    context = {
        "workspace": membership.tenant.name,
        "person": membership.user.name,
        "asked_by": asked.name,
        "decided_by": agreed.name,
        "link": url_on("staff", reverse("users:detail", args=[membership.pk])),
    }
    for member in queries.active_with(PERMISSIONS["users.edit"]).exclude(pk=membership.pk):
        tenancy.queue_system_mail(to=member.user.email, kind="factors_reset", context=context)


def _forget(user: User) -> None:
    """Factors are rows of the platform's tenant, which no transaction of a workspace reaches."""
    with platform_scope(), transaction.atomic():
        for factor in (Passkey, TotpDevice, RecoveryCode):
            factor.objects.filter(user=user).delete()
        User.objects.filter(pk=user.pk).update(factors_reset_at=clock.now())
    people.end_sessions(user.id)
    notices.tell_of_change(user, TOLD)


def _refuse_with_other_workspaces(membership: Membership) -> None:
    """Nobody opens another workspace's door this way: for that the platform's operators have to."""
    if queries.count_workspaces(membership.user) > 1:
        raise RoleNotChanged("They work in another workspace too. Ask the platform's operator.")
