"""The platform operator's page: which workspaces there are, and opening one."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from accounts import queries
from accounts.forms import WorkspaceForm
from accounts.http import SignedInRequest
from accounts.permissions import requires
from accounts.services import support
from accounts.services import users as services
from accounts.views.sign_in import page
from tenancy.errors import DomainError


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
