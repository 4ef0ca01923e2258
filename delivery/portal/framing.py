"""The page around an opened message, and the empty page that it is written into.

The empty page has a policy of its own: the message's styles apply, nothing runs, nothing is loaded
from outside. The frame's sandbox allows no script either.
"""

from typing import Any

from csp.constants import NONE, SELF, UNSAFE_INLINE
from csp.decorators import csp_replace, csp_update
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render

from delivery.portal.http import words_of

EMPTY_PAGE = {
    "default-src": [NONE],
    "script-src": [NONE],
    "style-src": [UNSAFE_INLINE],
    "img-src": [SELF, "data:"],
    "font-src": [NONE],
    "connect-src": [NONE],
    "frame-src": [NONE],
    "form-action": [NONE],
    "frame-ancestors": [SELF],
}


@csp_replace(EMPTY_PAGE)
def empty_page(request: HttpRequest) -> HttpResponseBase:
    return render(request, "delivery/portal/frame.html", {"words": words_of(request)})


def page_around(request: HttpRequest, context: dict[str, Any]) -> HttpResponseBase:
    @csp_update({"frame-src": [SELF]})
    def page(asked: HttpRequest) -> HttpResponseBase:
        return render(asked, "delivery/portal/message.html", context)

    return page(request)
