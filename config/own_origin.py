"""A form is taken from a page of the same host only: a wall beside the CSRF token.

The browser writes both headers, and no script can. Where neither comes, the token alone decides.
"""

from collections.abc import Callable

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.http.response import HttpResponseBase

Next = Callable[[HttpRequest], HttpResponseBase]
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
# "none": the person sent it by hand, such as by loading a page again.
OWN_SITES = frozenset({"same-origin", "none"})
# Its callers are no browsers, and it reads no cookie.
WITHOUT_COOKIES = "config.urls.api"


class OwnOriginMiddleware:
    """Refuses what another site, or another of our hosts, made the browser send."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponseBase], *_args: object
    ) -> None:
        if request.method in SAFE_METHODS or request.urlconf == WITHOUT_COOKIES:
            return
        if answers_anybody(view):
            return
        if request.headers.get("Sec-Fetch-Site", "none") not in OWN_SITES:
            raise PermissionDenied("This form came from another site.")
        own = f"{request.scheme}://{request.get_host()}"
        if request.headers.get("Origin", own) != own:
            raise PermissionDenied("This form came from another site.")


def answers_anybody(view: Callable[..., HttpResponseBase]) -> bool:
    """Whether the view takes forms without a cookie: one-click unsubscribe (RFC 8058 3.2)."""
    is_public = str(getattr(view, "access", "")).startswith("public: ")
    return is_public and getattr(view, "csrf_exempt", False)
