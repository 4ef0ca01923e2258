"""The operator's page of what a destroyed workspace leaves behind: its log, to read and to take."""

from uuid import UUID

from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from accounts import queries
from accounts.http import SignedInRequest
from accounts.permissions import requires
from compliance import destruction_certificate
from compliance.ending_forms import CursorForm
from compliance.services import operator_ending, remaining
from tenancy.models import Tenant


@requires("operator.tenants")
@require_GET
def log(request: SignedInRequest, tenant_id: UUID) -> HttpResponse:
    tenant, form = _found(tenant_id), CursorForm(request.GET)
    form.is_valid()
    before, after = form.cleaned_data.get("before"), form.cleaned_data.get("after")
    shown = remaining.page(tenant, before=before, after=after, actor=request.actor)
    certificate = operator_ending.seen(tenant.pk).certificate
    signed = destruction_certificate.read(certificate) if certificate else None
    here = reverse("endings:log", args=[tenant.pk])
    context = {
        "workspace": tenant,
        "log": shown,
        "certificate": signed,
        "facts": destruction_certificate.shown(signed) if signed else None,
        "newer_url": f"{here}?after={shown.newer}" if shown.newer else None,
        "older_url": f"{here}?before={shown.older}" if shown.older else None,
    }
    return render(request, "compliance/ending/log.html", context)


@requires("operator.tenants", step_up=True)
@require_POST
def evidence(request: SignedInRequest, tenant_id: UUID) -> HttpResponseBase:
    tenant = _found(tenant_id)
    content = remaining.export(tenant, actor=request.actor)
    response = StreamingHttpResponse(content, content_type="application/zip")
    response["Content-Disposition"] = f'attachment; filename="evidence-{tenant.pk}.zip"'
    return response


def _found(tenant_id: UUID) -> Tenant:
    """Only what is destroyed: a workspace that lives shows its log to nobody but its own people."""
    destroyed = queries.all_workspaces().filter(status=Tenant.Status.DESTROYED)
    return get_object_or_404(destroyed, pk=tenant_id)
