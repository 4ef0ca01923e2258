"""The platform operator's pages: which workspaces there are, opening one, and inviting its owner."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import queries
from accounts.forms import OwnerInvitationForm, WorkspaceForm
from accounts.http import SignedInRequest
from accounts.permissions import requires
from accounts.services import owner_invitations, support
from accounts.services import users as services
from accounts.views.sign_in import page
from tenancy.errors import DomainError
from tenancy.models import Tenant


@requires("operator.tenants")
@require_GET
def workspaces(request: SignedInRequest) -> HttpResponse:
    return render(
        request,
        "accounts/operator.html",
        {
            "workspaces": queries.all_workspaces(),
            "windows": support.workspaces_with_windows(),
        },
    )


@requires("operator.tenants", step_up=True)
@require_http_methods(["GET", "POST"])
def open_workspace(request: SignedInRequest) -> HttpResponse:
    form = WorkspaceForm(request.POST or None)
    if form.is_valid():
        try:
            tenant = services.open_workspace(**form.cleaned_data, actor=request.actor)
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, f"{tenant.name} is open. Its owner has an invitation.")
            return redirect("operator:workspaces")
    return page(request, "accounts/open_workspace.html", form)


@requires("operator.tenants", step_up=True)
@require_POST
def invite_owner(request: SignedInRequest, tenant_id: UUID) -> HttpResponse:
    tenant = get_object_or_404(queries.all_workspaces(), pk=tenant_id, status=Tenant.Status.ACTIVE)
    form = OwnerInvitationForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Enter the address of the owner, such as olive@clinic.example.")
        return redirect("operator:workspace_keys", tenant.id)
    email = form.cleaned_data["email"]
    try:
        owner_invitations.send_again(tenant, email, actor=request.actor)
    except DomainError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "The invitation is on its way. Links sent before work no longer.")
    return redirect("operator:workspace_keys", tenant.id)


@requires("operator.tenants", step_up=True)
@require_POST
def withdraw_owner(request: SignedInRequest, tenant_id: UUID) -> HttpResponse:
    tenant = get_object_or_404(queries.all_workspaces(), pk=tenant_id, status=Tenant.Status.ACTIVE)
    try:
        owner_invitations.withdraw(tenant, actor=request.actor)
    except DomainError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "The invitation is withdrawn. Its link no longer works.")
    return redirect("operator:workspace_keys", tenant.id)


def owner_context(tenant: Tenant) -> dict[str, object]:
    """What the page of a workspace shows about its owner's invitation; nothing once it has to go."""
    if tenant.status != Tenant.Status.ACTIVE:
        return {}
    invitation = owner_invitations.of(tenant)
    email = invitation.email if invitation else ""
    return {
        "invitation": invitation,
        "invite_form": OwnerInvitationForm(initial={"email": email}),
    }
