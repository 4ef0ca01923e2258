"""Settings → Retention → Runs: what went, the run that is under way, and certificates."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from accounts.http import SignedInRequest
from accounts.permissions import may, requires
from audit import services as audit
from audit.subtrees import TreeDamaged
from compliance import certificate
from compliance.models import RetentionRun
from compliance.services import damage
from compliance.services import retention as services
from tenancy.errors import DomainError

SHOWN = 60


@requires("policy.view")
@require_GET
def index(request: SignedInRequest) -> HttpResponse:
    runs = RetentionRun.objects.select_related("job").order_by("-begun_at")[:SHOWN]
    context = {"runs": runs, "may_edit": may(request, "policy.edit")}
    return render(request, "compliance/retention/runs.html", context)


@requires("policy.edit", step_up=True)
@require_POST
def begin(request: SignedInRequest) -> HttpResponse:
    try:
        services.begin(actor=request.actor)
    except DomainError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "The run begins within half a minute. You can leave this page.")
    return redirect("retention:runs")


@requires("policy.edit")
@require_POST
def stop(request: SignedInRequest) -> HttpResponse:
    try:
        services.stop(actor=request.actor)
    except DomainError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "It stops after the step that is under way.")
    return redirect("retention:runs")


@requires("policy.view")
@require_GET
def certificate_page(request: SignedInRequest, retention_run_id: UUID) -> HttpResponse:
    run = get_object_or_404(RetentionRun, pk=retention_run_id)
    context = {"run": run, "lines": certificate.lines(run)}
    return render(request, "compliance/retention/certificate.html", context)


@requires("policy.view")
@require_GET
def download(request: SignedInRequest, retention_run_id: UUID) -> HttpResponse:
    """The file. Nothing is handed out that a damaged log would have to prove."""
    run = get_object_or_404(RetentionRun, pk=retention_run_id, ended_at__isnull=False)
    try:
        document = certificate.document(run)
    except TreeDamaged as error:
        damage.tell(str(error))
        messages.error(request, str(error))
        return redirect("retention:certificate", run.pk)
    audit.record("retention.certificate_taken", actor=request.actor, on=run)
    answer = HttpResponse(document, content_type="application/json")
    answer["Content-Disposition"] = f'attachment; filename="retention-{run.pk}.json"'
    return answer
