"""Each origin has its own URLconf: a portal path does not exist on the staff host."""

import re
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

URLCONFS = {host: f"config.urls.{name}" for name, host in settings.HOSTS.items()}

# Where other mail servers look for the policy of a customer's bounces (RFC 8461 3.3), as the customer's
# records lead them to us. It is the same text for all, and the only thing that is there.
POLICY_HOST = re.compile(r"mta-sts\.bounce(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?){2,12}")


class HostMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if POLICY_HOST.fullmatch(request.META.get("HTTP_HOST", "").lower().partition(":")[0]):
            request.META["HTTP_HOST"] = settings.HOSTS["mta_sts"]
        host = request.get_host().partition(":")[0]  # raises DisallowedHost for any other name
        request.urlconf = URLCONFS[host]
        return self.get_response(request)
