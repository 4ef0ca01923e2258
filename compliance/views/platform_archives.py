"""Platform log → Archives: what operators and the platform itself did, month by month, as files.

Always in the platform's scope: an operator who looks into a workspace for support sees nothing of its log here.
"""

from uuid import UUID

from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_POST

from accounts.http import SignedInRequest
from accounts.middleware import in_scope
from accounts.permissions import requires
from audit import archiving
from compliance.views import archive_steps
from tenancy import source
from tenancy.scope import PLATFORM_TENANT_ID, platform_scope

SPACE = "platform_log"


@requires("operator.tenants")
@require_GET
def index(request: SignedInRequest) -> HttpResponse:
    with platform_scope():
        context = archive_steps.listed() | {"space": SPACE, "may_edit": True, "may_take": True}
    return render(request, "compliance/platform_archives.html", context)


@requires("operator.tenants")
@require_POST
def check(request: SignedInRequest, platform_archive_id: UUID) -> HttpResponse:
    with platform_scope():
        return archive_steps.done(request, platform_archive_id, archiving.ask_check, space=SPACE)


@requires("operator.tenants")
@require_POST
def go_on(request: SignedInRequest, platform_archive_id: UUID) -> HttpResponse:
    with platform_scope():
        return archive_steps.done(request, platform_archive_id, archiving.go_on, space=SPACE)


@requires("operator.tenants")
@require_POST
def stop(request: SignedInRequest, platform_archive_id: UUID) -> HttpResponse:
    said = "It stops after the step that is under way."
    with platform_scope():
        return archive_steps.done(
            request, platform_archive_id, archiving.stop, space=SPACE, said=said
        )


@requires("operator.tenants", step_up=True)
@require_POST
def copy(request: SignedInRequest, platform_archive_id: UUID) -> HttpResponse:
    template = "compliance/platform_archive_copy.html"
    with platform_scope():
        return archive_steps.offered(request, platform_archive_id, space=SPACE, template=template)


@requires("operator.tenants", step_up=True)
@require_POST
def file(request: SignedInRequest, platform_archive_id: UUID) -> HttpResponseBase:
    with platform_scope():
        answer = archive_steps.taken(request, platform_archive_id, space=SPACE)
    if isinstance(answer, StreamingHttpResponse):
        answer.streaming_content = in_scope(iter(answer), PLATFORM_TENANT_ID, source.current())
    return answer
