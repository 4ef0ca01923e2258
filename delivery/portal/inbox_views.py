"""The list of a person's messages, and what their browser keeps the keys of links under."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from accounts.permissions import public
from delivery.escrow import inbox
from delivery.escrow.inbox import NotListed
from delivery.models import EscrowVisit
from delivery.portal import pages
from delivery.portal.http import visit_page, words_of
from delivery.portal.links import token_of
from delivery.portal.views import FOR_PATIENTS


@public(FOR_PATIENTS)
@require_GET
@visit_page
def listed(request: HttpRequest, visit: EscrowVisit) -> HttpResponse:
    try:
        context = pages.inbox(visit, words_of(request, visit))
    except NotListed:
        return HttpResponseRedirect(reverse("portal:message", args=[token_of(visit.item_id)]))
    return render(request, "delivery/portal/inbox.html", context)


@public(FOR_PATIENTS)
@require_GET
@visit_page
def device(_request: HttpRequest, visit: EscrowVisit) -> HttpResponse:
    try:
        key = inbox.device_key(visit)
    except NotListed:
        return HttpResponse(status=403)
    return JsonResponse({"key": key.hex()})
