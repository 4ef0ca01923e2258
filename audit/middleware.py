"""Every request has a source, which all events written for it carry."""

from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from tenancy import source
from tenancy.ids import uuid7
from tenancy.source import Source

Next = Callable[[HttpRequest], HttpResponseBase]


class SourceMiddleware:
    """Outermost of ours. Who the caller is gets added by whoever finds it out."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        here = Source(
            request=uuid7().hex,
            address=source.network_of(request.META.get("REMOTE_ADDR") or ""),
            agent=source.agent_family(request.headers.get("User-Agent", "")),
        )
        with source.entered(here):
            return self.get_response(request)
