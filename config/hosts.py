"""Each origin has its own URLconf: a portal path does not exist on the staff host."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

URLCONFS = {host: f"config.urls.{name}" for name, host in settings.HOSTS.items()}


class HostMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        host = request.get_host().partition(":")[0]  # raises DisallowedHost for any other name
        request.urlconf = URLCONFS[host]
        return self.get_response(request)
