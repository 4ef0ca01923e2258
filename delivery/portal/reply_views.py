"""Replies that people write in the portal; staff read them beside those that came by email."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from accounts.permissions import public
from delivery.escrow import replies
from delivery.escrow.replies import NotTaken
from delivery.escrow.visits import VisitEnded
from delivery.models import EscrowVisit
from delivery.portal.http import visit_page
from delivery.portal.links import token_of
from delivery.portal.views import FOR_PATIENTS


@public(FOR_PATIENTS)
@require_POST
@visit_page
def send(request: HttpRequest, visit: EscrowVisit) -> HttpResponse:
    """Back to the message by a redirect, so that Reload sends nothing twice."""
    token = token_of(visit.item_id)
    try:
        replies.send(visit, request.POST.get("reply", ""))
    except VisitEnded:
        return HttpResponseRedirect(reverse("portal:check", args=[token]))
    except NotTaken:
        said = "reply_not_taken"
    else:
        said = "reply_sent"
    return HttpResponseRedirect(f"{reverse('portal:message', args=[token])}?said={said}")
