"""Counted links and the dot that says that a message was opened; neither says anything about whom."""

import base64

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from accounts.permissions import public
from contacts.models import Activity
from delivery import unsubscribe
from delivery.portal.http import guarded, notice, words_of
from delivery.services import following
from delivery.unsubscribe import LinkBroken
from tenancy.keyring import KeyUnavailable
from tenancy.scope import tenant_scope

DOT = base64.b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")


@public("patients have no account; the signed token names one message")
@require_safe
def follow(request: HttpRequest, token: str, number: int) -> HttpResponseBase:
    """To the address that the author wrote, never to one that the request names."""
    try:
        with tenant_scope(unsubscribe.tenant_of(token)):
            message_id = unsubscribe.checked(token)
            target = following.target(message_id, number)
            if request.method == "GET":
                following.note(message_id, Activity.Kind.CLICKED)
    except LinkBroken:
        broken = notice(request, words_of(request), "stop_broken", status=404)
        return guarded(request, broken)
    return guarded(request, HttpResponseRedirect(target))


@public("patients have no account; the signed token names one message")
@require_safe
def opened(_request: HttpRequest, token: str) -> HttpResponse:
    """The same dot for every token, so that it tells nobody whether a token is one of ours."""
    try:
        with tenant_scope(unsubscribe.tenant_of(token)):
            following.note(unsubscribe.checked(token), Activity.Kind.OPENED)
    except (LinkBroken, KeyUnavailable):
        pass
    return HttpResponse(DOT, content_type="image/gif")
