"""Compliance → Audit → Archives: each closed month as a file, its checks, and copies of it."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from accounts.form_once import shown_once
from accounts.http import SignedInRequest
from accounts.permissions import may, requires
from audit import archive_copies, archiving
from audit.models import Archive
from tenancy.errors import DomainError

LISTED = 240


@requires("audit.view")
@require_GET
def index(request: SignedInRequest) -> HttpResponse:
    archives = list(Archive.objects.select_related("job").order_by("-month")[:LISTED])
    context = {
        "archives": archives,
        "busy": next((each for each in archives if each.job and each.job.is_open), None),
        "may_edit": may(request, "audit.edit"),
        "may_take": may(request, "audit.evidence"),
    }
    return render(request, "compliance/archives.html", context)


@requires("audit.view")
@require_POST
def check(request: SignedInRequest, archive_id: UUID) -> HttpResponse:
    try:
        archiving.ask_check(_found(archive_id), actor=request.actor)
    except DomainError as error:
        messages.error(request, str(error))
    return redirect("compliance:archives")


@requires("audit.edit")
@require_POST
def go_on(request: SignedInRequest, archive_id: UUID) -> HttpResponse:
    try:
        archiving.go_on(_found(archive_id), actor=request.actor)
    except DomainError as error:
        messages.error(request, str(error))
    return redirect("compliance:archives")


@requires("audit.edit")
@require_POST
def stop(request: SignedInRequest, archive_id: UUID) -> HttpResponse:
    try:
        archiving.stop(_found(archive_id), actor=request.actor)
    except DomainError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "It stops after the step that is under way.")
    return redirect("compliance:archives")


@requires("audit.evidence", step_up=True)
@require_POST
def copy(request: SignedInRequest, archive_id: UUID) -> HttpResponse:
    """The answer shows the password: it is stored nowhere, so there is no page to go back to."""
    archive = _found(archive_id)
    try:
        offered = archive_copies.offer(archive, actor=request.actor)
    except DomainError as error:
        messages.error(request, str(error))
        return redirect("compliance:archives")
    context = {"archive": archive, "copy": offered}
    return shown_once(render(request, "compliance/archive_copy.html", context))


@requires("audit.evidence", step_up=True)
@require_POST
def file(request: SignedInRequest, archive_id: UUID) -> HttpResponseBase:
    archive, ticket = _found(archive_id), request.POST.get("ticket", "")
    try:
        content = archive_copies.take(archive, ticket=ticket, actor=request.actor)
    except DomainError as error:
        messages.error(request, str(error))
        return redirect("compliance:archives")
    response = StreamingHttpResponse(content, content_type="application/zip")
    name = archive_copies.file_name(archive)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _found(archive_id: UUID) -> Archive:
    return get_object_or_404(Archive.objects.select_related("job"), pk=archive_id)
