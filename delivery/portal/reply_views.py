"""Replies that people write in the portal; staff read them beside those that came by email."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from accounts.permissions import public
from delivery.escrow import replies, reply_files
from delivery.escrow.replies import NotTaken
from delivery.escrow.reply_files import FileNotTaken, Sent
from delivery.escrow.visits import VisitEnded
from delivery.models import EscrowVisit
from delivery.portal.http import visit_page
from delivery.portal.links import token_of
from delivery.portal.uploading import InMemory, takes_files
from delivery.portal.views import FOR_PATIENTS


@takes_files
@public(FOR_PATIENTS)
@require_POST
@visit_page
def send(request: HttpRequest, visit: EscrowVisit) -> HttpResponse:
    """Back to the message by a redirect, so that Reload sends nothing twice."""
    token = token_of(visit.item_id)
    try:
        replies.refuse_unless_taken(visit, request.POST.get("reply", ""))
        replies.send(visit, request.POST.get("reply", ""), _files(request))
    except VisitEnded:
        return HttpResponseRedirect(reverse("portal:check", args=[token]))
    except FileNotTaken:
        said = "files_not_taken"
    except NotTaken:
        said = "reply_not_taken"
    else:
        said = "reply_sent"
    return HttpResponseRedirect(f"{reverse('portal:message', args=[token])}?said={said}")


def _files(request: HttpRequest) -> tuple[Sent, ...]:
    """Raises FileNotTaken."""
    received = request.FILES.getlist("files")
    (handler,) = request.upload_handlers
    if isinstance(handler, InMemory) and handler.is_too_large:
        raise FileNotTaken("The files are larger than 25 MB together.")
    # A browser sends an empty file where none was chosen.
    return reply_files.judge([(str(each.name), each.read()) for each in received if each.size])
