"""What the tenant decides about its mail."""

from django.contrib import messages
from django.forms import model_to_dict
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from accounts.http import SignedInRequest
from accounts.permissions import may, requires
from compliance import queries
from compliance import services as compliance
from compliance.forms import PolicyForm


@requires("policy.view")
@require_http_methods(["GET", "POST"])
def policy(request: SignedInRequest) -> HttpResponseBase:
    if request.method == "POST":
        return _change(request)
    return _page(request, PolicyForm(initial=model_to_dict(queries.policy())))


@requires("policy.edit", step_up=True)
def _change(request: SignedInRequest) -> HttpResponse:
    form = PolicyForm(request.POST)
    if not form.is_valid():
        return _page(request, form)
    compliance.set_policy(form.cleaned_data, actor=request.actor)
    messages.success(request, "The policy holds from the next message on.")
    return redirect("compliance:policy")


def _page(request: SignedInRequest, form: PolicyForm) -> HttpResponse:
    may_edit = may(request, "policy.edit")
    if not may_edit:
        for field in form.fields.values():
            field.disabled = True
    context = {"form": form, "may_edit": may_edit, "policy": queries.policy()}
    status = 422 if form.errors else 200
    return render(request, "compliance/policy.html", context, status=status)
