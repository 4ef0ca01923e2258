"""Compliance → Audit → Disposal: letting the oldest events go, by two people."""

from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from accounts.http import SignedInRequest
from accounts.models import Countersignature
from accounts.permissions import may, requires
from audit.models import Disposal
from compliance import disposable, holding
from compliance.disposal_forms import DisposalForm
from compliance.queries import retention
from compliance.retained import in_words
from compliance.services import disposals as services
from tenancy.errors import DomainError

LISTED = 60


@requires("audit.view")
@require_http_methods(["GET", "POST"])
def index(request: SignedInRequest) -> HttpResponseBase:
    if request.method == "POST":
        return _ask(request)
    return _page(request, DisposalForm(None, offers=disposable.offers()))


@requires("audit.edit", step_up=True)
def _ask(request: SignedInRequest) -> HttpResponse:
    form = DisposalForm(request.POST, offers=disposable.offers())
    if form.is_valid():
        try:
            services.ask(**form.wish(), actor=request.actor)
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, "A second person is asked. Nothing goes before.")
            return redirect("compliance:disposals")
    return _page(request, form)


@requires("audit.edit")
@require_POST
def stop(request: SignedInRequest) -> HttpResponse:
    try:
        services.stop(actor=request.actor)
    except DomainError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "It stops after the step that is under way.")
    return redirect("compliance:disposals")


@requires("audit.edit", step_up=True)
@require_POST
def go_on(request: SignedInRequest) -> HttpResponse:
    try:
        services.go_on(actor=request.actor)
    except DomainError as error:
        messages.error(request, str(error))
    return redirect("compliance:disposals")


def _page(request: SignedInRequest, form: DisposalForm) -> HttpResponse:
    rows = list(Disposal.objects.order_by("-asked_at")[:LISTED])
    asked = Countersignature.objects.filter(
        kind=disposable.KIND, subject_id__in=[str(row.pk) for row in rows]
    )
    requests = {each.subject_id: each for each in asked}
    context = {
        "form": form,
        "rows": [(row, requests.get(str(row.pk))) for row in rows],
        "busy": disposable.under_way(),
        "waiting": disposable.waiting(),
        "is_held": holding.in_force().exists(),
        "period": in_words(retention().audit_days),
        "may_edit": may(request, "audit.edit"),
    }
    status = 422 if form.errors else 200
    return render(request, "compliance/disposals.html", context, status=status)
