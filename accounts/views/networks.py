"""From where the workspace opens."""

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from accounts import queries
from accounts.forms import NetworksForm
from accounts.http import SignedInRequest, address_of
from accounts.permissions import requires
from accounts.services import access_rules, allow_list
from accounts.sign_in_settings import NETWORKS
from accounts.views.sign_in import page
from tenancy.errors import DomainError


@requires("users.edit", step_up=True)
@require_http_methods(["GET", "POST"])
def networks(request: SignedInRequest) -> HttpResponse:
    listed = queries.security_settings().ip_allow_list
    typed = "\n".join(str(network) for network in listed)
    form = NetworksForm(request.POST or None, initial={"networks": typed})
    if form.is_valid() and _changed(request, form):
        return redirect("networks:list")
    context = {
        "address": address_of(request),
        "listed": listed,
        "waiting": queries.waiting_request(NETWORKS.kind),
    }
    return page(request, "accounts/networks.html", form, **context)


def _changed(request: SignedInRequest, form: forms.Form) -> bool:
    try:
        holds = access_rules.change_networks(
            allow_list.read(form.cleaned_data["networks"]),
            reason=form.cleaned_data["reason"],
            address=address_of(request),
            actor=request.actor,
        )
    except allow_list.ListRefused as error:
        form.add_error("networks", str(error))
    except DomainError as error:
        form.add_error("reason", str(error))
    else:
        words = "It holds from the next click." if holds else "A second person is asked first."
        messages.success(request, words)
        return True
    return False
