"""What every page of the portal shares: its door, its cookie, its language, its headers."""

import ipaddress
from collections.abc import Callable
from functools import wraps
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render

from accounts.http import address_of
from delivery.escrow import visits
from delivery.escrow.visits import VisitEnded
from delivery.models import EscrowVisit
from delivery.portal.links import BrokenLink, read_token
from delivery.portal.words import words_for
from tenancy.models import Tenant
from tenancy.scope import current_tenant_id, tenant_scope

VISIT_COOKIE = f"{settings.COOKIE_PREFIX}sealpost_visit"
LANGUAGE_COOKIE = f"{settings.COOKIE_PREFIX}sealpost_language"

# What follows item or visit comes from the address.
Page = Callable[..., HttpResponseBase]
VisitPage = Callable[..., HttpResponseBase]
View = Callable[..., HttpResponseBase]


def item_page(page: Page) -> View:
    """A page about the item that the link names, in the scope of its tenant.

    A link that we never wrote gets the answer of one that has expired.
    """

    @wraps(page)
    def opened(request: HttpRequest, token: str, **named: int) -> HttpResponseBase:
        try:
            door = read_token(token)
        except BrokenLink:
            return guarded(request, refused(request))
        with tenant_scope(door.tenant_id):
            return guarded(request, page(request, door.item_id, **named))

    return opened


def visit_page(page: VisitPage) -> View:
    """A page for the browser whose visit is running; every other one is signed out."""

    def visited(request: HttpRequest, item_id: UUID, **named: int) -> HttpResponseBase:
        try:
            visit = visits.resume(item_id, request.COOKIES.get(VISIT_COOKIE, ""))
        except VisitEnded:
            return notice(request, words_of(request), "left", status=403)
        return page(request, visit, **named)

    return item_page(wraps(page)(visited))


def guarded(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    if (language := request.GET.get("lang", "")) in ("en", "es"):
        set_cookie(response, LANGUAGE_COOKIE, language)
    return response


def set_cookie(response: HttpResponseBase, name: str, value: str) -> None:
    """A cookie of this host and this session only."""
    response.set_cookie(name, value, secure=True, httponly=True, samesite="Strict")


def words_of(
    request: HttpRequest, visit: EscrowVisit | None = None, *, language: str = ""
) -> dict[str, str]:
    """In the language that was chosen, else the person's on file, else the link's or browser's."""
    return words_for(
        request.GET.get("lang", ""),
        request.COOKIES.get(LANGUAGE_COOKIE, ""),
        visit.item.language if visit else language,
        request.GET.get("in", ""),
        request.headers.get("Accept-Language", ""),
    )


def clinic() -> Tenant:
    """The tenant whose message this is."""
    return Tenant.objects.get(pk=current_tenant_id())


def notice(
    request: HttpRequest, words: dict[str, str], name: str, *, status: int = 200
) -> HttpResponse:
    """A page of one sentence that ends the visit; `name` is what its words begin with."""
    context = {"words": words, "title": words[f"{name}_title"], "lead": words[f"{name}_lead"]}
    return render(request, "delivery/portal/notice.html", context, status=status)


def refused(request: HttpRequest) -> HttpResponse:
    return notice(request, words_of(request), "refused", status=404)


def network_of(request: HttpRequest) -> str:
    """Where the request came from, too coarse to tell one household from another."""
    address = address_of(request)
    bits = 24 if ipaddress.ip_address(address).version == 4 else 48
    return str(ipaddress.ip_network(f"{address}/{bits}", strict=False))
