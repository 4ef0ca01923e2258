"""The one table of how fast people may go on: each address has a class, each class its budgets.

Sign-in's own delays after failures are in accounts; here is only how often anybody may ask at all.
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.crypto import salted_hmac

from accounts.delays import address_group
from accounts.errors import error_page
from accounts.http import address_of, is_signed_in
from integrations.api import errors as problems
from tenancy import token_bucket
from tenancy.token_bucket import Budget

Next = Callable[[HttpRequest], HttpResponseBase]
HOUR = 3600


@dataclass(frozen=True, slots=True)
class Pace:
    """Budgets of one person, of a workspace together, and of a network in which nobody is signed in.

    Behind one network there may be a whole clinic, or a mailbox provider.
    """

    person: Budget
    tenant: Budget
    network: Budget


PACES = {
    "look": Pace(Budget(600), Budget(12_000), Budget(600)),
    "act": Pace(Budget(240), Budget(4_800), Budget(240)),
    "sign_in": Pace(Budget(60), Budget(600), Budget(120)),
    "search": Pace(Budget(120), Budget(1_200), Budget(60)),
    "preview": Pace(Budget(120), Budget(1_200), Budget(120)),
    "reveal": Pace(Budget(60), Budget(600), Budget(1)),
    "export": Pace(Budget(20, HOUR), Budget(100, HOUR), Budget(1, HOUR)),
    "patients": Pace(Budget(600), Budget(600), Budget(600)),
    # A mailbox provider loads pictures and unsubscribes for thousands of people from one network.
    "links": Pace(Budget(30_000), Budget(30_000), Budget(30_000)),
    # Each key has a budget of its own (integrations.rate_limits); this one holds for strangers too.
    "api": Pace(Budget(3_000), Budget(3_000), Budget(3_000)),
}
BY_HOST = {
    "portal": "patients",
    "links": "links",
    "preview": "preview",
    "api": "api",
    "mta_sts": "links",
}
BY_PERMISSION = {"contacts.reveal": "reveal"}
BY_NAME = {
    "accounts:confirm": "sign_in",
    "messages:search": "search",
    "reports:deliverability_search": "search",
    "domain_security:search": "search",
    "contacts:search": "search",
    "contacts:totals": "search",
    "segments:count": "search",
    "segments:preview_new": "search",
    "segments:preview": "search",
    "segments:reach_new": "search",
    "segments:reach": "search",
    "campaigns:count": "search",
    "campaigns:preview": "preview",
    "templates:preview": "preview",
    "contacts:import_problems": "export",
    "retention:preview": "search",
}
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


def class_of(host: str, name: str, access: str, method: str) -> str:
    """The first that fits: by host, by the address's name, by what it asks for, by method.

    What the staff's host shows to anybody is a step of signing in.
    """
    named = BY_HOST.get(host) or BY_NAME.get(name) or BY_PERMISSION.get(access)
    if named is None and access.startswith("public: "):
        return "sign_in"
    if named is None and access.endswith(".export"):
        return "export"
    return named or ("look" if method in SAFE_METHODS else "act")


class PaceMiddleware:
    """After the person is known. A refusal says how long to wait, and took nothing."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponseBase], *_args: object
    ) -> HttpResponseBase | None:
        host = str(request.urlconf).rpartition(".")[2]
        name = request.resolver_match.view_name if request.resolver_match else ""
        kind = class_of(host, name, str(getattr(view, "access", "")), str(request.method))
        allowance = token_bucket.take(buckets_of(request, kind))
        if not allowance.is_exceeded:
            return None
        return _refusal(request, host, allowance.retry_after)


def buckets_of(request: HttpRequest, kind: str) -> dict[str, Budget]:
    pace = PACES[kind]
    if not is_signed_in(request):
        return {f"{kind}:network:{_network(request)}": _scaled(pace.network)}
    buckets = {f"{kind}:person:{request.user.pk}": _scaled(pace.person)}
    if getattr(request, "tenant", None) is not None:
        buckets[f"{kind}:tenant:{request.tenant.pk}"] = _scaled(pace.tenant)
    return buckets


def _network(request: HttpRequest) -> str:
    """A digest: where a patient reads is nobody's business."""
    return salted_hmac("pace", address_group(address_of(request))).hexdigest()[:32]


def _scaled(budget: Budget) -> Budget:
    return Budget(budget.capacity * settings.PACE_FACTOR, budget.window)


def _refusal(request: HttpRequest, host: str, seconds: int) -> HttpResponseBase:
    if host == "api":
        response: HttpResponseBase = problems.too_fast(request)
    else:
        response = error_page(request, 429, f"Wait {_waiting(seconds)}, then try again.")
    response.headers["Retry-After"] = str(seconds)
    return response


def _waiting(seconds: int) -> str:
    if seconds < 60:
        return f"{seconds} second{'s' if seconds != 1 else ''}"
    minutes = -(-seconds // 60)
    return f"{minutes} minute{'s' if minutes != 1 else ''}"
