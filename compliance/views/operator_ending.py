"""The operator's part of ended workspaces: deciding, putting off, undoing, and the certificates."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.db.models import Case, Q, When
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from accounts import queries
from accounts.http import SignedInRequest
from accounts.permissions import requires
from audit import services as audit
from compliance import destruction_certificate
from compliance.ending_forms import OperatorEndForm, PostponeForm
from compliance.forms import ReasonForm
from compliance.services import operator_ending as services
from tenancy.errors import DomainError
from tenancy.models import Tenant


@requires("operator.tenants")
@require_GET
def index(request: SignedInRequest) -> HttpResponse:
    """What waits for an operator, then what is ending, then what has ended."""
    open_ones = services.waiting_and_decided()
    ended = Tenant.Status.ENDING, Tenant.Status.DESTROYING, Tenant.Status.DESTROYED
    found = queries.all_workspaces().filter(Q(pk__in=open_ones) | Q(status__in=ended))
    context = {"workspaces": found.order_by(Case(When(status="active", then=0), default=1), "-pk")}
    return render(request, "compliance/ending/list.html", context)


@requires("operator.tenants")
@require_GET
def workspace(request: SignedInRequest, tenant_id: UUID) -> HttpResponse:
    return _page(request, _found(tenant_id))


@requires("operator.tenants", step_up=True)
@require_POST
def ask(request: SignedInRequest, tenant_id: UUID) -> HttpResponse:
    tenant, form = _found(tenant_id), OperatorEndForm(request.POST)
    if not form.is_valid():
        return _page(request, tenant, form=form)
    try:
        ending = services.ask(tenant.id, **form.cleaned_data, actor=request.actor)
    except DomainError as error:
        form.add_error(None, str(error))
        return _page(request, tenant, form=form)
    words = "It is frozen." if ending.is_decided else "Another operator has to decide this."
    messages.success(request, words)
    return redirect("endings:workspace", tenant.id)


@requires("operator.tenants", step_up=True)
@require_POST
def allow(request: SignedInRequest, tenant_id: UUID) -> HttpResponse:
    tenant = _found(tenant_id)
    return _done(
        request, tenant, lambda: services.allow(tenant.id, actor=request.actor), "It is frozen."
    )


@requires("operator.tenants", step_up=True)
@require_POST
def undo(request: SignedInRequest, tenant_id: UUID) -> HttpResponse:
    """Refuse what waits, or open a frozen workspace again."""
    tenant, form = _found(tenant_id), ReasonForm(request.POST)
    reason = form.cleaned_data["reason"] if form.is_valid() else ""
    return _done(
        request,
        tenant,
        lambda: services.undo(tenant.id, reason=reason, actor=request.actor),
        "This workspace does not end.",
    )


@requires("operator.tenants", step_up=True)
@require_POST
def postpone(request: SignedInRequest, tenant_id: UUID) -> HttpResponse:
    tenant, form = _found(tenant_id), PostponeForm(request.POST)
    if not form.is_valid():
        return _page(request, tenant, postpone_form=form)
    until, reason = form.until(), form.cleaned_data["reason"]
    return _done(
        request,
        tenant,
        lambda: services.postpone(tenant.id, until=until, reason=reason, actor=request.actor),
        "Its data stays for longer.",
    )


@requires("operator.tenants")
@require_GET
def certificate(request: SignedInRequest, tenant_id: UUID) -> HttpResponse:
    seen = services.seen(_found(tenant_id).id)
    if not seen.certificate:
        messages.info(request, "There is a certificate when everything is destroyed.")
        return redirect("endings:workspace", tenant_id)
    audit.record("workspace.certificate_taken", actor=request.actor, on=seen.tenant)
    answer = HttpResponse(seen.certificate, content_type="application/json")
    answer["Content-Disposition"] = f'attachment; filename="destruction-{tenant_id}.json"'
    return answer


def _done(
    request: SignedInRequest, tenant: Tenant, act: Callable[[], object], words: str
) -> HttpResponse:
    try:
        act()
    except DomainError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, words)
    return redirect("endings:workspace", tenant.id)


def _found(tenant_id: UUID) -> Tenant:
    return get_object_or_404(queries.all_workspaces(), pk=tenant_id)


def _page(
    request: SignedInRequest,
    tenant: Tenant,
    *,
    form: OperatorEndForm | None = None,
    postpone_form: PostponeForm | None = None,
) -> HttpResponse:
    seen = services.seen(tenant.id)
    signed = destruction_certificate.read(seen.certificate) if seen.certificate else None
    context = {
        "workspace": seen.tenant,
        "ending": seen.ending,
        "certificate": signed,
        "facts": destruction_certificate.shown(signed) if signed else None,
        "is_own": seen.ending is not None and seen.ending.asked_by == request.actor.id,
        "form": form or OperatorEndForm(),
        "postpone_form": postpone_form or PostponeForm(),
    }
    has_errors = (form and form.errors) or (postpone_form and postpone_form.errors)
    status = 422 if has_errors else 200
    return render(request, "compliance/ending/operator.html", context, status=status)
