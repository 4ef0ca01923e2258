"""Settings → Keys: which versions there are, how far values have moved, and what is sealed with them."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from accounts.http import SignedInRequest
from accounts.permissions import may, requires
from accounts.services import workspace_keys
from tenancy import inventory, rotation
from tenancy.errors import DomainError
from tenancy.models import WrappedKey


@requires("keys.view")
@require_GET
def index(request: SignedInRequest) -> HttpResponse:
    return render(request, "accounts/keys.html", _context(request))


@requires("keys.view")
@require_GET
def progress(request: SignedInRequest) -> HttpResponse:
    return render(request, "accounts/_keys.html", _context(request))


@requires("keys.view")
@require_GET
def columns(request: SignedInRequest) -> HttpResponse:
    return render(request, "accounts/key_inventory.html", {"entries": inventory.counted()})


@requires("keys.edit", step_up=True)
@require_POST
def rotate(request: SignedInRequest) -> HttpResponse:
    try:
        workspace_keys.rotate(actor=request.actor)
    except DomainError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "The new version seals from now on. Older values are moving.")
    return redirect("keys:index")


@requires("keys.edit", step_up=True)
@require_POST
def resume(request: SignedInRequest) -> HttpResponse:
    try:
        workspace_keys.resume(actor=request.actor)
    except DomainError as error:
        messages.error(request, str(error))
    return redirect("keys:index")


@requires("keys.edit")
@require_POST
def stop(request: SignedInRequest) -> HttpResponse:
    job = rotation.last_job()
    try:
        if job is not None:
            workspace_keys.stop(job, actor=request.actor)
    except DomainError as error:
        messages.error(request, str(error))
    return redirect("keys:index")


@requires("keys.edit", step_up=True)
@require_POST
def destroy(request: SignedInRequest, version_id: UUID) -> HttpResponse:
    keys = WrappedKey.objects.filter(tenant=request.tenant.id, purpose=WrappedKey.Purpose.SEAL)
    version = get_object_or_404(keys, pk=version_id).version
    try:
        workspace_keys.destroy(version, actor=request.actor)
    except DomainError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"Version {version} is destroyed. Nothing was under it.")
    return redirect("keys:index")


def _context(request: SignedInRequest) -> dict[str, object]:
    return {
        "versions": rotation.versions_of_tenant(),
        "job": rotation.last_job(),
        "may_edit": may(request, "keys.edit"),
    }
