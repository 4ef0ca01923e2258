"""Refusals that Django answers with an empty page get one of ours, and so does a workspace without keys."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from accounts import errors as pages
from integrations.api import errors as problems
from tenancy.keyring import KeyUnavailable, current_keys

Next = Callable[[HttpRequest], HttpResponseBase]
EMPTY_ANSWERS = frozenset({405, 413, 415})
# What somebody does with their own account belongs to the platform, whose keys are always on.
WITHOUT_KEYS = "account.own"


class ErrorPagesMiddleware:
    """Inside the person's scope, as the page shows the workspace around it."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if not isinstance(response, HttpResponse) or response.status_code not in EMPTY_ANSWERS:
            return response
        if response.content:
            return response
        page = _page(request, response.status_code)
        if "Allow" in response:
            page["Allow"] = response["Allow"]
        return page

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponseBase], *_args: object
    ) -> HttpResponse | None:
        """No page of a workspace whose keys are off, also where nothing sealed would be on it."""
        access = getattr(view, "access", "")
        if not getattr(request, "tenant", None) or access == WITHOUT_KEYS:
            return None
        if access.startswith("public: "):
            return None
        try:
            current_keys()
        except KeyUnavailable as reason:
            return _without_keys(request, reason)
        return None

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, KeyUnavailable):
            return _without_keys(request, exception)
        return None


def _without_keys(request: HttpRequest, reason: KeyUnavailable) -> HttpResponse:
    if request.urlconf == "config.urls.api":
        return problems.refused(request, 503)
    return pages.error_page(request, 503, str(reason))


def _page(request: HttpRequest, status: int) -> HttpResponse:
    if request.urlconf == "config.urls.api":
        return problems.refused(request, status)
    return pages.error_page(request, status, "")
