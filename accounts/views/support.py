"""The window for support: opened and closed by the workspace, looked through by the platform's staff."""

from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_POST

from accounts import visits
from accounts.http import SignedInRequest
from accounts.models import SupportGrant
from accounts.permissions import may, requires
from accounts.services import support as services
from accounts.sessions import TENANT
from accounts.views.sign_in import page
from tenancy.errors import DomainError

LISTED = 50


class SupportForm(forms.Form):
    ticket = forms.CharField(
        label="Ticket",
        max_length=40,
        help_text="The number of your question to support. No names and no data of patients.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    hours = forms.TypedChoiceField(
        label="Open for", coerce=int, choices=[(1, "1 hour"), (2, "2 hours"), (4, "4 hours")]
    )


@requires("users.view")
@require_GET
def index(request: SignedInRequest) -> HttpResponse:
    return _page(request, SupportForm())


@requires("support.open", step_up=True)
@require_POST
def open_window(request: SignedInRequest) -> HttpResponse:
    form = SupportForm(request.POST)
    if form.is_valid():
        try:
            services.open_window(**form.cleaned_data, actor=request.actor)
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, "The window is open. You can close it at any moment.")
            return redirect("support:list")
    return _page(request, form)


@requires("support.open")
@require_POST
def close(request: SignedInRequest) -> HttpResponse:
    services.close(actor=request.actor)
    messages.success(request, "The window is closed. Support is out from its next click on.")
    return redirect("support:list")


@requires("operator.tenants", step_up=True)
@require_POST
def enter(request: SignedInRequest, workspace_id: UUID) -> HttpResponse:
    try:
        visits.enter_as_support(request, request.actor, workspace_id)
    except DomainError as error:
        messages.error(request, str(error))
        return redirect("operator:workspaces")
    return redirect("home")


@requires("operator.tenants")
@require_POST
def leave(request: SignedInRequest) -> HttpResponse:
    request.session.pop(TENANT, None)
    return redirect("operator:workspaces")


def _page(request: SignedInRequest, form: forms.Form) -> HttpResponse:
    return page(
        request,
        "accounts/support.html",
        form,
        window=services.current(),
        windows=SupportGrant.objects.order_by("-opened_at")[:LISTED],
        may_open=may(request, "support.open"),
    )
