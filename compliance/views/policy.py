"""What the tenant decides about its mail."""

from django.conf import settings
from django.contrib import messages
from django.forms import model_to_dict
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from accounts import queries as accounts
from accounts.http import SignedInRequest
from accounts.permissions import may, requires
from accounts.step_up import StepUpNeeded, must_confirm
from compliance import queries
from compliance import services as compliance
from compliance.policy_forms import PolicyForm
from compliance.protective import POLICY
from tenancy.errors import DomainError


@requires("policy.view")
@require_http_methods(["GET", "POST"])
def policy(request: SignedInRequest) -> HttpResponseBase:
    if request.method == "POST":
        return _change(request)
    return _page(request, PolicyForm(initial=model_to_dict(queries.policy())))


@requires("policy.edit")
def _change(request: SignedInRequest) -> HttpResponse:
    form = PolicyForm(request.POST)
    if not form.is_valid():
        return _page(request, form)
    if POLICY.looser(queries.policy(), form.decisions()) and must_confirm(request):
        raise StepUpNeeded
    reason = form.cleaned_data["reason"]
    try:
        holds = compliance.set_policy(form.decisions(), reason=reason, actor=request.actor)
    except DomainError as error:
        form.add_error("reason", str(error))
        return _page(request, form)
    words = "The policy holds from the next message on."
    messages.success(request, words if holds else "What protects less waits for a second person.")
    return redirect("compliance:policy")


def _page(request: SignedInRequest, form: PolicyForm) -> HttpResponse:
    may_edit = may(request, "policy.edit")
    if not may_edit:
        for field in form.fields.values():
            field.disabled = True
    waiting = accounts.waiting_request(POLICY.kind)
    context = {"form": form, "may_edit": may_edit, "waiting": waiting}
    context["texts_are_sent"] = settings.TEXT_GATEWAY.is_there
    status = 422 if form.errors else 200
    return render(request, "compliance/policy.html", context, status=status)
