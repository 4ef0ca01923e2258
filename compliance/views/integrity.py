"""Compliance → Audit → Integrity: how the log is sealed, checks of it, and copies of its seal outside."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.http import SignedInRequest
from accounts.permissions import may, requires
from audit import anchoring, checking
from audit import services as audit
from audit.models import Anchor, AuditEvent
from audit.subtrees import TreeDamaged
from compliance import integrity as reading
from compliance.forms import AnchorWaysForm
from compliance.services import anchor_ways, damage
from tenancy.errors import DomainError


@requires("audit.view")
@require_http_methods(["GET", "POST"])
def integrity(request: SignedInRequest) -> HttpResponseBase:
    if request.method == "POST":
        return _change_ways(request)
    return _page(request, None)


@requires("audit.edit", step_up=True)
def _change_ways(request: SignedInRequest) -> HttpResponse:
    form = AnchorWaysForm(request.POST)
    if form.is_valid():
        try:
            holds = anchor_ways.change(**form.cleaned_data, actor=request.actor)
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            words = "It holds from now on." if holds else "A second person is asked first."
            messages.success(request, words)
            return redirect("compliance:integrity")
    return _page(request, form)


@requires("audit.view")
@require_POST
def check(request: SignedInRequest) -> HttpResponse:
    try:
        checking.start(actor=request.actor)
    except DomainError as error:
        messages.error(request, str(error))
    return redirect("compliance:integrity")


@requires("audit.view")
@require_GET
def progress(request: SignedInRequest) -> HttpResponse:
    return render(request, "compliance/_check.html", {"job": checking.last_job()})


@requires("audit.view")
@require_POST
def checkpoint(request: SignedInRequest) -> HttpResponse:
    return _file(anchoring.download(actor=request.actor), "checkpoint.txt", "text/plain")


@requires("audit.view")
@require_GET
def proof(request: SignedInRequest, event_id: UUID) -> HttpResponse:
    event = get_object_or_404(AuditEvent, pk=event_id)
    try:
        content = reading.proof_of(event)
    except TreeDamaged as error:
        return _refused(request, error)
    audit.record("audit.proof_taken", actor=request.actor, on=event)
    return _file(content, f"proof-{event.pk}.json", "application/json")


@requires("audit.view")
@require_GET
def growth(request: SignedInRequest, anchor_id: UUID) -> HttpResponse:
    """That what somebody keeps outside is still the beginning of the log."""
    anchor = get_object_or_404(Anchor, pk=anchor_id)
    try:
        content = reading.growth_since(anchor)
    except TreeDamaged as error:
        return _refused(request, error)
    audit.record("audit.proof_taken", actor=request.actor, on=anchor)
    return _file(content, f"proof-since-{anchor.size}.json", "application/json")


def _refused(request: SignedInRequest, damaged: TreeDamaged) -> HttpResponse:
    damage.tell(str(damaged))
    messages.error(request, str(damaged))
    return redirect("compliance:integrity")


def _file(content: bytes, name: str, kind: str) -> HttpResponse:
    response = HttpResponse(content, content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _page(request: SignedInRequest, sent: AnchorWaysForm | None) -> HttpResponse:
    by_mail, webhook_url = anchor_ways.now()
    form = sent or AnchorWaysForm(initial={"by_mail": by_mail, "webhook_url": webhook_url})
    state = reading.state()
    context = {
        "state": state,
        "job": state.job,
        "form": form,
        "by_mail": by_mail,
        "has_system": bool(webhook_url),
        "may_edit": may(request, "audit.edit"),
        "may_export": may(request, "audit.evidence"),
    }
    status = 422 if form.errors else 200
    return render(request, "compliance/integrity.html", context, status=status)
