"""Warm-up plans: of a sender domain for its workspace, of a sending address for the platform's staff."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from accounts.http import SignedInRequest
from accounts.permissions import may, requires
from compliance.forms import ReasonForm
from compliance.models import SenderDomain
from delivery.models import WarmUpPlan
from delivery.warming import standing
from delivery.warming.forms import StartForm


@requires("domains.view")
@require_GET
def domain(request: SignedInRequest, domain_id: UUID) -> HttpResponse:
    """The page, or its part for the domain's own page."""
    shown = get_object_or_404(SenderDomain, pk=domain_id)
    context = {
        "domain": shown,
        "plan": standing.of(shown.domain),
        "form": StartForm(),
        "may_edit": may(request, "domains.edit"),
    }
    name = "_domain" if request.headers.get("HX-Request") else "domain"
    return render(request, f"delivery/warming/{name}.html", context)


@requires("domains.edit")
@require_POST
def start_domain(request: SignedInRequest, domain_id: UUID) -> HttpResponse:
    shown = get_object_or_404(SenderDomain, pk=domain_id)
    _start(request, shown.domain)
    return redirect("warm_up:domain", domain_id)


@requires("domains.edit")
@require_POST
def switch_domain_off(request: SignedInRequest, domain_id: UUID) -> HttpResponse:
    shown = get_object_or_404(SenderDomain, pk=domain_id)
    _switch_off(request, shown.domain)
    return redirect("warm_up:domain", domain_id)


@requires("domains.edit")
@require_POST
def switch_domain_on(request: SignedInRequest, domain_id: UUID) -> HttpResponse:
    shown = get_object_or_404(SenderDomain, pk=domain_id)
    _switch_on(request, shown.domain)
    return redirect("warm_up:domain", domain_id)


@requires("operator.tenants")
@require_GET
def addresses(request: SignedInRequest) -> HttpResponse:
    context = {"plans": standing.all_of_them(), "form": StartForm(), "may_edit": True}
    return render(request, "delivery/warming/addresses.html", context)


@requires("operator.tenants")
@require_POST
def start_address(request: SignedInRequest, plan_id: UUID) -> HttpResponse:
    _start(request, get_object_or_404(WarmUpPlan, pk=plan_id).name)
    return redirect("warm_up:addresses")


@requires("operator.tenants")
@require_POST
def switch_address_off(request: SignedInRequest, plan_id: UUID) -> HttpResponse:
    _switch_off(request, get_object_or_404(WarmUpPlan, pk=plan_id).name)
    return redirect("warm_up:addresses")


@requires("operator.tenants")
@require_POST
def switch_address_on(request: SignedInRequest, plan_id: UUID) -> HttpResponse:
    _switch_on(request, get_object_or_404(WarmUpPlan, pk=plan_id).name)
    return redirect("warm_up:addresses")


def _start(request: SignedInRequest, name: str) -> None:
    form = StartForm(request.POST)
    if not form.is_valid():
        messages.error(request, " ".join(map(str, form.errors["start"])))
        return
    standing.begin_with(name, form.cleaned_data["start"], actor=request.actor)
    messages.success(request, "Operators that get its first mail from now on begin there.")


def _switch_off(request: SignedInRequest, name: str) -> None:
    form = ReasonForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Say why this sender needs no warm-up.")
        return
    standing.switch_off(name, reason=form.cleaned_data["reason"], actor=request.actor)
    messages.success(request, f"Mail of {name} goes without caps.")


def _switch_on(request: SignedInRequest, name: str) -> None:
    standing.switch_on(name, actor=request.actor)
    messages.success(request, f"Mail of {name} is limited by its caps again.")
