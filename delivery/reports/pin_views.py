"""Reports → Domain security → Pinned servers: what domains' own people said of their mail servers."""

from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from accounts import queries as accounts
from accounts.http import SignedInRequest
from accounts.permissions import may, requires
from accounts.step_up import StepUpNeeded, must_confirm
from delivery.reports import domains
from delivery.reports.pin_form import PinForm
from delivery.services import pins
from tenancy.errors import DomainError


@requires("reports.view")
@require_http_methods(["GET", "POST"])
def pinned(request: SignedInRequest) -> HttpResponseBase:
    """The form is filled for the domain that `?for=` names by an id of ours."""
    if request.method == "POST":
        return _change(request)
    return _page(request, PinForm(initial=domains.to_pin(request.GET.get("for", ""))))


@requires("policy.edit")
def _change(request: SignedInRequest) -> HttpResponse:
    form = PinForm(request.POST)
    if not form.is_valid():
        return _page(request, form)
    domain, servers = form.cleaned_data["domain"], form.cleaned_data["servers"]
    if pins.protects_less(domain, servers) and must_confirm(request):
        raise StepUpNeeded
    reason = form.cleaned_data["reason"]
    try:
        holds = pins.pin(domain, servers, reason=reason, actor=request.actor)
    except DomainError as error:
        form.add_error("reason", str(error))
        return _page(request, form)
    words = "The pin holds from the next message on."
    messages.success(request, words if holds else "What protects less waits for a second person.")
    return redirect("domain_security:pins")


def _page(request: SignedInRequest, form: PinForm) -> HttpResponse:
    context = {
        "form": form,
        "pins": domains.pinned(),
        "may_edit": may(request, "policy.edit"),
        "waiting": accounts.waiting_request(pins.LOOSEN),
    }
    status = 422 if form.errors else 200
    return render(request, "delivery/domains/pins.html", context, status=status)
