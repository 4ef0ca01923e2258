"""The operator's part of keys: the platform's own, and the switch for those of a workspace."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from accounts import queries
from accounts.forms import KeySwitchForm
from accounts.http import SignedInRequest
from accounts.permissions import requires
from accounts.services import workspace_keys
from accounts.views.operator import owner_context
from tenancy import inventory, kms, rotation, versions
from tenancy.errors import DomainError
from tenancy.models import KeyRing, WrappedKey
from tenancy.scope import PLATFORM_TENANT_ID


@requires("operator.tenants")
@require_GET
def platform(request: SignedInRequest) -> HttpResponse:
    context = {
        "root": kms.current().root,
        "other_roots": versions.under_other_roots().count(),
        "versions": rotation.versions_of_tenant(),
        "context_keys": WrappedKey.objects.filter(
            tenant=PLATFORM_TENANT_ID, purpose=WrappedKey.Purpose.CONTEXT
        ).order_by("-version"),
        "entries": inventory.counted(),
    }
    return render(request, "accounts/platform_keys.html", context)


@requires("operator.tenants")
@require_GET
def workspace(request: SignedInRequest, tenant_id: UUID) -> HttpResponse:
    tenant = get_object_or_404(queries.all_workspaces(), pk=tenant_id)
    keys = WrappedKey.objects.filter(tenant=tenant.id, purpose=WrappedKey.Purpose.SEAL)
    context = {
        "workspace": tenant,
        "ring": get_object_or_404(KeyRing, pk=tenant.id),
        "keys": keys.order_by("-version"),
        **owner_context(tenant),
    }
    return render(request, "accounts/operator_keys.html", context)


@requires("operator.tenants", step_up=True)
@require_POST
def switch_off(request: SignedInRequest, tenant_id: UUID) -> HttpResponse:
    done = "The keys are off. Within seconds nothing of this workspace can be read or sent."
    return _switch(request, tenant_id, workspace_keys.switch_off, done)


@requires("operator.tenants", step_up=True)
@require_POST
def switch_on(request: SignedInRequest, tenant_id: UUID) -> HttpResponse:
    done = "The keys are on. Work goes on where it stopped."
    return _switch(request, tenant_id, workspace_keys.switch_on, done)


def _switch(
    request: SignedInRequest, tenant_id: UUID, switch: Callable[..., None], done: str
) -> HttpResponse:
    tenant = get_object_or_404(queries.all_workspaces(), pk=tenant_id)
    form = KeySwitchForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Say why. It is kept in both audit logs.")
        return redirect("operator:workspace_keys", tenant.id)
    try:
        switch(tenant.id, reason=form.cleaned_data["reason"], actor=request.actor)
    except DomainError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, done)
    return redirect("operator:workspace_keys", tenant.id)
