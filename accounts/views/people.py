"""The people of a workspace: invite, change a role, suspend."""

from typing import Protocol
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import queries, unreached
from accounts.forms import FactorResetForm, InvitationForm, RoleForm
from accounts.http import SignedInRequest
from accounts.models import Membership
from accounts.permissions import may, requires
from accounts.roles import Role
from accounts.services import devices, factor_resets
from accounts.services import people as services
from accounts.views.sign_in import page
from audit.services import Actor
from tenancy.errors import DomainError


@requires("users.view")
@require_GET
def people(request: SignedInRequest) -> HttpResponse:
    people, invitations = queries.people(), list(queries.open_invitations())
    addresses = [person.membership.user.email for person in people]
    addresses += [invitation.email for invitation in invitations]
    context = {
        "people": people,
        "invitations": invitations,
        "unreached": list(unreached.unreached(addresses).values()),
        "may_edit": may(request, "users.edit"),
        "may_see_history": may(request, "audit.view"),
    }
    return render(request, "accounts/people.html", context)


@requires("users.edit", step_up=True)
@require_http_methods(["GET", "POST"])
def invite(request: SignedInRequest) -> HttpResponse:
    form = InvitationForm(request.POST or None, initial={"role": Role.MARKETER})
    if form.is_valid():
        email, role = form.cleaned_data["email"], Role(form.cleaned_data["role"])
        try:
            services.invite(email, role, by=request.membership, actor=request.actor)
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, f"The invitation to {email} is on its way.")
            return redirect("users:list")
    return page(request, "accounts/invite.html", form)


@requires("users.edit", step_up=True)
@require_POST
def revoke_invitation(request: SignedInRequest, invitation_id: UUID) -> HttpResponse:
    invitation = get_object_or_404(queries.open_invitations(), pk=invitation_id)
    services.revoke_invitation(invitation, actor=request.actor)
    messages.success(request, "The invitation is withdrawn. Its link no longer works.")
    return redirect("users:list")


@requires("users.edit", step_up=True)
@require_http_methods(["GET", "POST"])
def person(request: SignedInRequest, membership_id: UUID) -> HttpResponse:
    membership = get_object_or_404(Membership.objects.select_related("user"), pk=membership_id)
    now = {"role": membership.role, "last_day": membership.expires_on}
    form = RoleForm(request.POST or None, initial=now)
    if form.is_valid():
        try:
            _save(request, membership, form)
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, "Saved. It holds from the next click.")
            return redirect("users:list")
    return page(request, "accounts/person.html", form, person=membership)


def _save(request: SignedInRequest, membership: Membership, form: RoleForm) -> None:
    by, actor = request.membership, request.actor
    if "role" in form.changed_data:
        services.change_role(membership, Role(form.cleaned_data["role"]), by=by, actor=actor)
    if "last_day" in form.changed_data:
        services.set_last_day(membership, form.cleaned_data["last_day"], by=by, actor=actor)


@requires("users.edit", step_up=True)
@require_POST
def suspend(request: SignedInRequest, membership_id: UUID) -> HttpResponse:
    return _change_access(request, membership_id, services.suspend, "is suspended")


@requires("users.edit", step_up=True)
@require_POST
def restore(request: SignedInRequest, membership_id: UUID) -> HttpResponse:
    return _change_access(request, membership_id, services.restore, "may sign in again")


@requires("users.edit", step_up=True)
@require_http_methods(["GET", "POST"])
def reset_factor(request: SignedInRequest, membership_id: UUID) -> HttpResponse:
    membership = get_object_or_404(Membership.objects.select_related("user"), pk=membership_id)
    form = FactorResetForm(request.POST or None)
    if form.is_valid():
        reason = form.cleaned_data["reason"]
        try:
            factor_resets.ask(membership, by=request.membership, reason=reason, actor=request.actor)
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, "A second person is asked. Until then nothing changes.")
            return redirect("users:list")
    return page(request, "accounts/reset_factor.html", form, person=membership)


@requires("users.edit", step_up=True)
@require_POST
def end_sessions(request: SignedInRequest, membership_id: UUID) -> HttpResponse:
    membership = get_object_or_404(Membership.objects.select_related("user"), pk=membership_id)
    count = devices.end_by_workspace(membership, actor=request.actor)
    messages.success(request, f"{membership.user.name} was signed out in {count} browsers.")
    return redirect("users:list")


class Change(Protocol):
    def __call__(self, membership: Membership, *, by: Membership, actor: Actor) -> None: ...


def _change_access(
    request: SignedInRequest, membership_id: UUID, change: Change, outcome: str
) -> HttpResponse:
    membership = get_object_or_404(Membership.objects.select_related("user"), pk=membership_id)
    try:
        change(membership, by=request.membership, actor=request.actor)
    except DomainError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"{membership.user.name} {outcome}.")
    return redirect("users:list")
