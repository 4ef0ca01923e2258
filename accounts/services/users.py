"""Accounts themselves: made, changed, and where somebody works."""

from django.db import IntegrityError, transaction

from accounts import password_policy, sessions
from accounts.models import Membership, Session, User
from accounts.roles import Role
from accounts.services import people
from accounts.services.sign_in import actor_for
from audit import services as audit
from audit.services import Actor
from tenancy import services as tenancy
from tenancy.errors import DomainError
from tenancy.models import Tenant
from tenancy.scope import platform_scope, tenant_scope


class AccountNotCreated(DomainError):
    """There is an account with this address."""


def create_user(*, email: str, name: str, password: str, is_operator: bool = False) -> User:
    """A new account without a workspace. Raises AccountNotCreated if the address has one."""
    user = User(email=email.strip().lower(), name=name.strip(), is_operator=is_operator)
    user.set_password(password_policy.normalized(password))
    try:
        with platform_scope(), transaction.atomic():
            user.save(force_insert=True)
            audit.record("user.created", actor=actor_for(user), on=user)
    except IntegrityError:
        raise AccountNotCreated("There is an account with this address. Sign in instead.") from None
    return user


def add_member(user: User, role: Role, *, tenant: Tenant, actor: Actor) -> Membership:
    """Make somebody a member without an invitation: for set-up by command."""
    with tenant_scope(tenant.id), transaction.atomic():
        membership = Membership.objects.create(
            user=user, role=role, changed_by=actor.id, changed_by_name=actor.name
        )
        audit.record("user.joined", actor=actor, on=membership, role=role)
    return membership


def change_profile(user: User, *, name: str, time_zone: str) -> None:
    user.name, user.time_zone = name, time_zone
    with platform_scope():
        user.save(update_fields=["name", "time_zone"])


def change_password(user: User, password: str) -> None:
    """Set a new password and end every session, this one too; each browser is told why."""
    user.set_password(password_policy.normalized(password))
    with platform_scope(), transaction.atomic():
        user.save(update_fields=["password"])
        sessions.end(Session.objects.filter(user=user), Session.Ending.PASSWORD)
        audit.record("password.changed", actor=actor_for(user), on=user)


def open_workspace(*, name: str, slug: str, owner_email: str, actor: Actor) -> Tenant:
    """A new workspace whose owner is invited by mail. Raises TenantNotCreated."""
    tenant = tenancy.create_tenant(name=name, slug=slug)
    with tenant_scope(tenant.id), transaction.atomic():
        audit.record("workspace.opened", actor=actor, on=tenant)
        people.send_invitation(owner_email, Role.OWNER, tenant=tenant, actor=actor)
    return tenant
