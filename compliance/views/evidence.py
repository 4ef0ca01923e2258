"""Compliance → Audit → Evidence: the log as a file that proves itself without us."""

from zoneinfo import ZoneInfo

from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts.http import SignedInRequest
from accounts.permissions import requires
from compliance import disposable
from compliance.forms import EvidenceForm
from compliance.services import evidence
from compliance.services.evidence import Days
from tenancy import clock
from tenancy.errors import DomainError

LISTED = 12


@requires("audit.evidence")
@require_http_methods(["GET", "POST"])
def take(request: SignedInRequest) -> HttpResponseBase:
    if request.method == "POST":
        return _take(request)
    return _page(request, EvidenceForm(initial={"span": "whole"}))


@requires("audit.evidence", step_up=True)
def _take(request: SignedInRequest) -> HttpResponseBase:
    form = EvidenceForm(request.POST)
    if form.is_valid():
        try:
            made = evidence.prepare(
                _days(form), with_details=form.cleaned_data["with_details"], actor=request.actor
            )
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            name = f"evidence-{clock.now():%Y-%m-%d-%H%M}.zip"
            response = StreamingHttpResponse(made.stream(), content_type="application/zip")
            response["Content-Disposition"] = f'attachment; filename="{name}"'
            return response
    return _page(request, form)


def _days(form: EvidenceForm) -> Days | None:
    if form.cleaned_data["span"] == "whole":
        return None
    zone = ZoneInfo(timezone.get_current_timezone_name())
    return Days(form.cleaned_data["first"], form.cleaned_data["last"], zone)


def _page(request: SignedInRequest, form: EvidenceForm) -> HttpResponse:
    context = {
        "form": form,
        "zone": timezone.get_current_timezone_name().replace("_", " "),
        "disposals": disposable.disposals().order_by("-month")[:LISTED],
    }
    status = 422 if form.errors else 200
    return render(request, "compliance/evidence.html", context, status=status)
