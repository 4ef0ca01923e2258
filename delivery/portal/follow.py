"""Counted links and dots where `tracking.front` did not answer: what is wrong with a link, in words."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from accounts.permissions import public
from delivery.portal.http import guarded, notice, words_of
from delivery.tracking import door, front
from delivery.tracking.tokens import TokenBroken


@public("patients have no account; the signed token names one message")
@require_safe
def follow(request: HttpRequest, token: str, number: int) -> HttpResponseBase:
    """To the address that the author wrote, never to one that the request names."""
    sign = front.sign_of(request.META)
    try:
        target = door.follow(token, number, method=str(request.method), sign=sign)
    except TokenBroken:
        broken = notice(request, words_of(request), "stop_broken", status=404)
        return guarded(request, broken)
    return guarded(request, HttpResponseRedirect(target))


@public("patients have no account; the signed token names one message")
@require_safe
def opened(request: HttpRequest, token: str) -> HttpResponse:
    """The same dot for every token."""
    door.load(token, method=str(request.method), sign=front.sign_of(request.META))
    return HttpResponse(door.DOT, content_type="image/gif")
