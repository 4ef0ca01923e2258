"""Compliance → Audit → Archives: each closed month as a file, its checks, and copies of it."""

from uuid import UUID

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_POST

from accounts.http import SignedInRequest
from accounts.permissions import may, requires
from audit import archiving
from compliance.views import archive_steps

SPACE = "compliance"


@requires("audit.view")
@require_GET
def index(request: SignedInRequest) -> HttpResponse:
    context = archive_steps.listed() | {
        "space": SPACE,
        "may_edit": may(request, "audit.edit"),
        "may_take": may(request, "audit.evidence"),
    }
    return render(request, "compliance/archives.html", context)


@requires("audit.view")
@require_POST
def check(request: SignedInRequest, archive_id: UUID) -> HttpResponse:
    return archive_steps.done(request, archive_id, archiving.ask_check, space=SPACE)


@requires("audit.edit")
@require_POST
def go_on(request: SignedInRequest, archive_id: UUID) -> HttpResponse:
    return archive_steps.done(request, archive_id, archiving.go_on, space=SPACE)


@requires("audit.edit")
@require_POST
def stop(request: SignedInRequest, archive_id: UUID) -> HttpResponse:
    said = "It stops after the step that is under way."
    return archive_steps.done(request, archive_id, archiving.stop, space=SPACE, said=said)


@requires("audit.evidence", step_up=True)
@require_POST
def copy(request: SignedInRequest, archive_id: UUID) -> HttpResponse:
    template = "compliance/archive_copy.html"
    return archive_steps.offered(request, archive_id, space=SPACE, template=template)


@requires("audit.evidence", step_up=True)
@require_POST
def file(request: SignedInRequest, archive_id: UUID) -> HttpResponseBase:
    return archive_steps.taken(request, archive_id, space=SPACE)
