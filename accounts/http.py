"""The request of somebody who is signed in, and what to do when nobody is."""

from collections.abc import Mapping
from datetime import datetime
from ipaddress import ip_address
from itertools import pairwise
from typing import Any, TypeGuard
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django_htmx.http import HttpResponseClientRedirect

from accounts.models import Membership, User
from accounts.networks import includes
from accounts.sessions import SessionStore
from audit.services import Actor
from tenancy.models import Tenant


class SignedInRequest(HttpRequest):
    """What IdentityMiddleware makes of a request with both factors behind it.

    `tenant` and `membership` are missing for an operator, who belongs to no workspace; no permission
    of a workspace lets an operator reach a view that reads them.
    """

    session: SessionStore
    user: User
    actor: Actor
    tenant: Tenant
    membership: Membership
    has_other_workspaces: bool
    # Until when the person sees PHI in an emergency, and support looks at the workspace; None if not.
    emergency_until: datetime | None
    support_until: datetime | None
    # Until when what a page of this request reveals may be seen; nobody keeps it for longer.
    shows_until: datetime | None


def is_signed_in(request: HttpRequest) -> TypeGuard[SignedInRequest]:
    # A failure before our middleware leaves a request without a user.
    return isinstance(getattr(request, "user", None), User)


def session_of(request: HttpRequest) -> SessionStore:
    """Our own kind of session, of which Django's types know nothing."""
    session = request.session
    if not isinstance(session, SessionStore):
        raise TypeError("SESSION_ENGINE is not accounts.sessions")
    return session


def role_of(request: SignedInRequest) -> str | None:
    """The person's role here; None for an operator and for somebody without a workspace."""
    membership: Membership | None = getattr(request, "membership", None)
    return membership.role if membership else None


def is_supporting(request: SignedInRequest) -> bool:
    """Whether an operator looks at a workspace through a window that it opened."""
    return request.user.is_operator and request.support_until is not None


def address_of(request: HttpRequest) -> str:
    """The visitor's address, seen through the proxies that are ours and through no others."""
    return address_in(request.META)


def address_in(environ: Mapping[str, Any]) -> str:
    """The same of a request that Django has not seen.

    A header counts only if the connection came from a trusted proxy; in it, the last address that
    is no proxy of ours. What stands further left is the visitor's own claim. A unix socket has no
    address: only our own proxy can reach it.
    """
    direct: str = environ.get("REMOTE_ADDR") or "127.0.0.1"
    forwarded: str = environ.get("HTTP_X_FORWARDED_FOR", "")
    hops = [direct, *reversed(forwarded.split(","))]
    for hop, behind in pairwise(hops):
        if not (_is_address(behind.strip()) and includes(settings.TRUSTED_PROXIES, hop.strip())):
            return hop.strip()
    return hops[-1].strip()


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def ask_to_sign_in(request: HttpRequest) -> HttpResponseBase:
    """To the sign-in page and, for a page that was only looked at, back here afterwards."""
    url = reverse("accounts:sign_in")
    if request.headers.get("HX-Request"):
        return HttpResponseClientRedirect(url)
    if request.method == "GET":
        url = f"{url}?{urlencode({'next': request.get_full_path()})}"
    return HttpResponseRedirect(url)


def cursor_of(request: HttpRequest, name: str = "before") -> UUID | None:
    """Where a page of a list begins, as its query says; what we never wrote begins at the first page."""
    try:
        return UUID(request.GET.get(name, ""))
    except ValueError:
        return None
