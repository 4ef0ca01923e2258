"""The request of somebody who is signed in, and what to do when nobody is."""

from typing import TypeGuard
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django_htmx.http import HttpResponseClientRedirect

from accounts.models import Membership, User
from audit.services import Actor
from tenancy.models import Tenant


class SignedInRequest(HttpRequest):
    """What IdentityMiddleware makes of a request with both factors behind it.

    `tenant` and `membership` are missing for an operator, who belongs to no workspace; no permission
    of a workspace lets an operator reach a view that reads them.
    """

    user: User
    actor: Actor
    tenant: Tenant
    membership: Membership
    has_other_workspaces: bool


def is_signed_in(request: HttpRequest) -> TypeGuard[SignedInRequest]:
    # A failure before our middleware leaves a request without a user.
    return isinstance(getattr(request, "user", None), User)


def role_of(request: SignedInRequest) -> str | None:
    """The person's role here; None for an operator and for somebody without a workspace."""
    membership: Membership | None = getattr(request, "membership", None)
    return membership.role if membership else None


def address_of(request: HttpRequest) -> str:
    # A unix socket has no address; then the proxy in front counts tries.
    address: str = request.META.get("REMOTE_ADDR") or "127.0.0.1"
    return address


def ask_to_sign_in(request: HttpRequest) -> HttpResponseBase:
    """To the sign-in page and, for a page that was only looked at, back here afterwards."""
    url = reverse("accounts:sign_in")
    if request.headers.get("HX-Request"):
        return HttpResponseClientRedirect(url)
    if request.method == "GET":
        url = f"{url}?{urlencode({'next': request.get_full_path()})}"
    return HttpResponseRedirect(url)
