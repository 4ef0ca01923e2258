"""Alerts about many looks at people: what happened, and the answer of somebody else."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from accounts.http import SignedInRequest
from accounts.permissions import may, requires, who_may
from compliance.models import Alert
from compliance.services import alerts as services
from tenancy.errors import DomainError

LISTED = 50


@requires("alerts.view")
@require_GET
def alerts(request: SignedInRequest) -> HttpResponse:
    rows = Alert.objects.order_by("-raised_at")
    context = {
        "open_ones": rows.filter(answered_at=None)[:LISTED],
        "answered": rows.exclude(answered_at=None)[:LISTED],
    }
    return render(request, "compliance/alerts.html", context)


@requires("alerts.view")
@require_GET
def alert(request: SignedInRequest, alert_id: UUID) -> HttpResponse:
    return _page(request, get_object_or_404(Alert, pk=alert_id))


@requires("alerts.answer", step_up=True)
@require_POST
def answer(request: SignedInRequest, alert_id: UUID) -> HttpResponse:
    found = get_object_or_404(Alert, pk=alert_id)
    lets_go_on = "lets_go_on" in request.POST
    text = request.POST.get("answer", "")
    try:
        services.answer(found.pk, text=text, lets_go_on=lets_go_on, actor=request.actor)
    except DomainError as error:
        return _page(request, found, problem=str(error))
    messages.success(request, "Your answer is kept with the alert.")
    return redirect("compliance:alerts")


def _page(request: SignedInRequest, found: Alert, *, problem: str = "") -> HttpResponse:
    is_own = found.person_id == request.actor.id
    context = {
        "alert": found,
        "problem": problem,
        "is_own": is_own,
        "may_answer": found.is_open and not is_own and may(request, services.ANSWER),
        "who_may": who_may(services.ANSWER),
    }
    status = 422 if problem else 200
    return render(request, "compliance/alert.html", context, status=status)
