"""Who works in a workspace: invitation, role, suspension. All of it is audited."""

import hashlib
import hmac
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as BadBase64
from datetime import date, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet
from django.urls import reverse

from accounts import queries, sessions
from accounts.models import (
    Invitation,
    Membership,
    Session,
    User,
)
from accounts.models.entitlements import Why
from accounts.roles import Role
from accounts.services import leaving
from audit import services as audit
from audit.services import Actor
from tenancy import clock
from tenancy import services as tenancy
from tenancy.errors import DomainError
from tenancy.models import Tenant
from tenancy.origins import url_on
from tenancy.scope import platform_scope, tenant_scope

INVITATION_LASTS = timedelta(hours=24)
SECRET_BYTES = 16


class NotInvited(DomainError):
    """The address cannot be invited."""


class InvitationInvalid(DomainError):
    """The link was used, has run out, or was never given."""


class RoleNotChanged(DomainError):
    """The change would be wrong for this person or this workspace."""


def invite(email: str, role: Role, *, by: Membership, actor: Actor) -> Invitation:
    """Mail a single-use link to `email`. Raises NotInvited."""
    if role == Role.OWNER and by.role != Role.OWNER:
        raise NotInvited("Only an owner can invite another owner.")
    return send_invitation(email, role, tenant=by.tenant, actor=actor)


@transaction.atomic
def send_invitation(email: str, role: Role, *, tenant: Tenant, actor: Actor) -> Invitation:
    """The same without anybody's right to ask: for the operator, who opens a workspace."""
    email = email.strip().lower()
    if Membership.objects.filter(user__email=email).exists():
        raise NotInvited("This person works here already.")
    _open().filter(email=email).update(revoked_at=clock.now())
    secret = secrets.token_bytes(SECRET_BYTES)
    invitation = Invitation.objects.create(
        email=email,
        role=role,
        token_hash=hashlib.sha256(secret).digest(),
        invited_by=actor.name,
        expires_at=clock.now() + INVITATION_LASTS,
    )
    token = urlsafe_b64encode(tenant.id.bytes + invitation.id.bytes + secret).decode().rstrip("=")
    context = {
        "workspace": tenant.name,
        "role": Role(role).label,
        "invited_by": actor.name,
        "link": url_on("staff", reverse("accounts:follow_invitation", args=[token])),
        "expires_at": invitation.expires_at.isoformat(),
    }
    tenancy.queue_system_mail(to=email, kind="invitation", context=context)
    audit.record("user.invited", actor=actor, on=invitation, role=role)
    return invitation


@transaction.atomic
def revoke_invitation(invitation: Invitation, *, actor: Actor) -> None:
    invitation.revoked_at = clock.now()
    invitation.save(update_fields=["revoked_at"])
    audit.record("invitation.revoked", actor=actor, on=invitation)


def find_invitation(token: str) -> Invitation:
    """The open invitation behind a link, from any scope. Raises InvitationInvalid."""
    tenant_id, invitation_id, secret = _parts(token)
    with tenant_scope(tenant_id):
        invitation = Invitation.objects.select_related("tenant").filter(pk=invitation_id).first()
    if invitation is None or not hmac.compare_digest(
        bytes(invitation.token_hash), hashlib.sha256(secret).digest()
    ):
        raise InvitationInvalid("This link is not valid. Ask for a new invitation.")
    is_open = invitation.accepted_at is None and invitation.revoked_at is None
    if not is_open or invitation.expires_at <= clock.now():
        raise InvitationInvalid("This link was used or has run out. Ask for a new invitation.")
    return invitation


def accept(token: str, user: User) -> Membership:
    """Make `user` a member. Raises InvitationInvalid if the link is not theirs or is used up."""
    invitation = find_invitation(token)
    if user.email != invitation.email or user.is_operator:
        raise InvitationInvalid("This invitation is for another address.")
    with tenant_scope(invitation.tenant.id), transaction.atomic():
        claimed = Invitation.objects.filter(pk=invitation.pk, accepted_at__isnull=True).update(
            accepted_at=clock.now()
        )
        if not claimed:
            raise InvitationInvalid("This link was used. Sign in instead.")
        actor = Actor(kind="user", id=str(user.id), name=user.name)
        membership = Membership.objects.create(
            user=user, role=invitation.role, changed_by_name=invitation.invited_by
        )
        audit.record("user.joined", actor=actor, on=membership, role=invitation.role)
    return membership


@transaction.atomic
def change_role(membership: Membership, role: Role, *, by: Membership, actor: Actor) -> Membership:
    """Give somebody another role; it holds from their next click. Raises RoleNotChanged."""
    membership = _locked(membership)
    refuse_overreach(membership, by, role)
    if membership.role == Role.OWNER and queries.is_last_owner(membership):
        raise RoleNotChanged("A workspace needs an owner. Make somebody else owner first.")
    before, membership.role = membership.role, role
    leaving.stamp(membership, Why.ROLE, actor)
    membership.save(update_fields=["role", *leaving.STAMP])
    audit.record("user.role_changed", actor=actor, on=membership, before=before, after=role)
    return membership


@transaction.atomic
def suspend(membership: Membership, *, by: Membership, actor: Actor) -> None:
    """Close the workspace to somebody, with all that they left open. Raises RoleNotChanged."""
    membership = _locked(membership)
    refuse_overreach(membership, by, Role(membership.role))
    if membership.role == Role.OWNER and queries.is_last_owner(membership):
        raise RoleNotChanged("A workspace needs an owner. Make somebody else owner first.")
    leaving.deactivate(membership, Why.SUSPENDED, actor=actor)


@transaction.atomic
def set_last_day(
    membership: Membership, last_day: date | None, *, by: Membership, actor: Actor
) -> None:
    """Let somebody's access end after that day, or stay open. Raises RoleNotChanged."""
    membership = _locked(membership)
    refuse_overreach(membership, by, Role(membership.role))
    if last_day is not None and last_day <= clock.now().date():
        raise RoleNotChanged("Choose a day in the future. To end access now, suspend the person.")
    before, membership.expires_on = membership.expires_on, last_day
    membership.save(update_fields=["expires_on"])
    days = [day.isoformat() if day else "" for day in (before, last_day)]
    audit.record("user.last_day_set", actor=actor, on=membership, before=days[0], after=days[1])


@transaction.atomic
def restore(membership: Membership, *, by: Membership, actor: Actor) -> None:
    membership = _locked(membership)
    refuse_overreach(membership, by, Role(membership.role))
    membership.status = Membership.Status.ACTIVE
    leaving.stamp(membership, Why.RESTORED, actor)
    membership.expires_on = None
    membership.save(update_fields=["status", "expires_on", *leaving.STAMP])
    audit.record("user.restored", actor=actor, on=membership)


def end_sessions(user_id: UUID) -> None:
    with platform_scope():
        sessions.end(Session.objects.filter(user_id=user_id), Session.Ending.ADMINISTRATOR)


def _open() -> QuerySet[Invitation]:
    return Invitation.objects.filter(accepted_at__isnull=True, revoked_at__isnull=True)


def _locked(membership: Membership) -> Membership:
    """The row as it is now. Owners are locked along, so that two cannot demote each other."""
    rows = Membership.objects.select_for_update().order_by("pk")
    locked = {row.pk: row for row in rows.filter(Q(pk=membership.pk) | Q(role=Role.OWNER))}
    return locked[membership.pk]


def refuse_overreach(membership: Membership, by: Membership, role: Role) -> None:
    """Nobody changes themselves, and only owners make or unmake owners."""
    if membership.pk == by.pk:
        raise RoleNotChanged("Ask somebody else: nobody can change their own access.")
    if Role.OWNER in (membership.role, role) and by.role != Role.OWNER:
        raise RoleNotChanged("Only an owner can do this for an owner.")


def _parts(token: str) -> tuple[UUID, UUID, bytes]:
    try:
        raw = urlsafe_b64decode(token + "=" * (-len(token) % 4))
        return UUID(bytes=raw[:16]), UUID(bytes=raw[16:32]), raw[32:]
    except (BadBase64, ValueError):
        raise InvitationInvalid("This link is not valid. Ask for a new invitation.") from None
