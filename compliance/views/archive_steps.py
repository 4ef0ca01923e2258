"""What people do with archives of a log, of a workspace's or of the platform's own: each page goes through here.

`space` is the namespace of the addresses that the page leads on to.
"""

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render

from accounts.form_once import shown_once
from accounts.http import SignedInRequest
from audit import archive_copies
from audit.models import Archive
from tenancy.errors import DomainError

LISTED = 240


def listed() -> dict[str, object]:
    """Every archive, the newest month first, and the one that a worker is at."""
    archives = list(Archive.objects.select_related("job").order_by("-month")[:LISTED])
    busy = next((each for each in archives if each.job and each.job.is_open), None)
    return {"archives": archives, "busy": busy}


def done(
    request: SignedInRequest,
    archive_id: UUID,
    act: Callable[..., None],
    *,
    space: str,
    said: str = "",
) -> HttpResponse:
    """Carries out `act`, and leads back to the list with a word, if one is needed."""
    try:
        act(_found(archive_id), actor=request.actor)
    except DomainError as error:
        messages.error(request, str(error))
    else:
        if said:
            messages.success(request, said)
    return redirect(f"{space}:archives")


def offered(
    request: SignedInRequest, archive_id: UUID, *, space: str, template: str
) -> HttpResponse:
    """The answer shows the password: it is stored nowhere, so there is no page to go back to."""
    archive = _found(archive_id)
    try:
        copy = archive_copies.offer(archive, actor=request.actor)
    except DomainError as error:
        messages.error(request, str(error))
        return redirect(f"{space}:archives")
    context = {"archive": archive, "copy": copy, "space": space}
    return shown_once(render(request, template, context))


def taken(request: SignedInRequest, archive_id: UUID, *, space: str) -> HttpResponseBase:
    archive, ticket = _found(archive_id), request.POST.get("ticket", "")
    try:
        content = archive_copies.take(archive, ticket=ticket, actor=request.actor)
    except DomainError as error:
        messages.error(request, str(error))
        return redirect(f"{space}:archives")
    response = StreamingHttpResponse(content, content_type="application/zip")
    name = archive_copies.file_name(archive)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _found(archive_id: UUID) -> Archive:
    """Of the scope: an operator's is the platform's."""
    return get_object_or_404(Archive.objects.select_related("job"), pk=archive_id)
