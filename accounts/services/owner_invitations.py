"""The operator's part of who comes into a workspace: its first owner, and nobody after that."""

from django.db import transaction

from accounts.models import Invitation, Membership
from accounts.roles import Role
from accounts.services import people
from audit.services import Actor
from tenancy.errors import DomainError
from tenancy.models import Tenant
from tenancy.scope import tenant_scope


class SomebodyJoined(DomainError):
    """From the first person on, the workspace invites its own people."""


def of(tenant: Tenant) -> Invitation | None:
    """The invitation with which the first owner came, or the newest while nobody is there yet."""
    with tenant_scope(tenant.id):
        sent = Invitation.objects.filter(role=Role.OWNER).order_by("created_at")
        accepted = sent.filter(accepted_at__isnull=False).first()
        if accepted is not None or Membership.objects.exists():
            return accepted
        return sent.last()


def send_again(tenant: Tenant, email: str, *, actor: Actor) -> Invitation:
    """A new link, perhaps to another address; the one before works no longer. Raises SomebodyJoined."""
    with tenant_scope(tenant.id), transaction.atomic():
        _withdraw_open(actor)
        return people.send_invitation(email, Role.OWNER, tenant=tenant, actor=actor)


def withdraw(tenant: Tenant, *, actor: Actor) -> None:
    """No link leads into the workspace any more. Raises SomebodyJoined."""
    with tenant_scope(tenant.id), transaction.atomic():
        _withdraw_open(actor)


def _withdraw_open(actor: Actor) -> None:
    waiting = Invitation.objects.select_for_update().filter(
        accepted_at__isnull=True, revoked_at__isnull=True
    )
    links = list(waiting.order_by("pk"))
    if Membership.objects.exists():
        raise SomebodyJoined("Somebody has joined. They invite the others themselves.")
    for invitation in links:
        people.revoke_invitation(invitation, actor=actor)
