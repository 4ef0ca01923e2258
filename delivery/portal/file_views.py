"""Files of a message: sealed pieces for a browser that opens them itself, or one file for one that cannot."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.permissions import public
from delivery.escrow import reading
from delivery.escrow.file_kinds import KINDS
from delivery.escrow.reading import FilesKept
from delivery.escrow.visits import NotOpened, VisitEnded
from delivery.models import EscrowChunk, EscrowVisit
from delivery.portal import framing, pages
from delivery.portal.http import visit_page, words_of
from delivery.portal.links import token_of
from delivery.portal.views import FOR_PATIENTS

UNNAMED = "application/octet-stream"


@public(FOR_PATIENTS)
@require_GET
@visit_page
def chunk(_request: HttpRequest, visit: EscrowVisit, position: int, number: int) -> HttpResponse:
    try:
        sealed = reading.file_chunk(visit, position, number)
    except (VisitEnded, FilesKept):
        return HttpResponse(status=403)
    except EscrowChunk.DoesNotExist:
        return HttpResponse(status=404)
    return _attachment(sealed, UNNAMED, f"piece-{position}-{number}.sealed")


@public(FOR_PATIENTS)
@require_POST
@visit_page
def saved(_request: HttpRequest, visit: EscrowVisit, position: int) -> HttpResponse:
    try:
        reading.note_download(visit, position)
    except VisitEnded:
        return HttpResponse(status=403)
    return HttpResponse(status=204)


@public(FOR_PATIENTS)
@require_http_methods(["GET", "POST"])
@visit_page
def plain(request: HttpRequest, visit: EscrowVisit) -> HttpResponseBase:
    """Its name stays in its list: headers may be written down on the way.

    A GET comes from the links to the other language on the page that says that it did not open.
    """
    if request.method == "GET":
        return HttpResponseRedirect(reverse("portal:message", args=[token_of(visit.item_id)]))
    typed = (request.POST.get(name, "") for name in ("access_key", "passphrase"))
    try:
        position = int(request.POST.get("file", ""))
        file = reading.open_file(visit, position, *typed)
    except VisitEnded:
        return HttpResponseRedirect(reverse("portal:check", args=[token_of(visit.item_id)]))
    except FilesKept:
        return framing.page_around(request, pages.message(visit, words_of(request, visit)))
    except (NotOpened, ValueError):
        words = words_of(request, visit)
        context = pages.message(visit, words) | {"problem": words["not_opened"]}
        return framing.page_around(request, context)
    return _attachment(file.content, file.media_type, f"file-{position}.{KINDS[file.media_type]}")


def _attachment(content: bytes, media_type: str, name: str) -> HttpResponse:
    """Never shown in the page's own window, whatever it holds."""
    disposition = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(content, content_type=media_type, headers=disposition)
