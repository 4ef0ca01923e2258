"""Refusals that Django answers with an empty page get one of ours."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from accounts import errors as pages
from integrations.api import errors as problems

Next = Callable[[HttpRequest], HttpResponseBase]
EMPTY_ANSWERS = frozenset({405, 413, 415})


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


def _page(request: HttpRequest, status: int) -> HttpResponse:
    if request.urlconf == "config.urls.api":
        return problems.refused(request, status)
    return pages.error_page(request, status, "")
