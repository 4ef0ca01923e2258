"""Every request runs in the platform's scope; that of somebody signed in, in their workspace's."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone

from accounts import queries, visits
from accounts.errors import error_page
from accounts.hashers import TooBusy
from accounts.http import address_of, is_signed_in, is_supporting, session_of
from accounts.models import Membership, Session, User
from accounts.networks import includes
from accounts.services import support
from accounts.services.sign_in import actor_for, anonymous
from accounts.sessions import ROLE, TENANT, USER, SessionStore
from audit import services as audit
from tenancy import source
from tenancy.scope import platform_scope, tenant_scope
from tenancy.source import Source

Next = Callable[[HttpRequest], HttpResponseBase]
# Set by elements that poll: looking at a page does not keep somebody signed in, using it does.
BACKGROUND_HEADER = "X-Background"


class PlatformScopeMiddleware:
    """Outermost of ours: sessions are read and written in the platform's scope."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        with platform_scope():
            return self.get_response(request)


class IdentityMiddleware:
    """Sets `request.user`, `actor`, `membership` and `tenant`, and enters the workspace's scope.

    Rights are read anew for each request, so a changed role or a suspension holds from the next one.
    """

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        request.user = AnonymousUser()
        request.actor = anonymous(address_of(request))  # type: ignore[attr-defined]
        request.membership = request.tenant = None  # type: ignore[attr-defined]
        request.emergency_until = request.support_until = None  # type: ignore[attr-defined]
        request.shows_until = None  # type: ignore[attr-defined]
        with ExitStack() as stack:
            self._identify(request, stack)
            return self.get_response(request)

    def _identify(self, request: HttpRequest, stack: ExitStack) -> None:
        session = request.session
        if not isinstance(session, SessionStore) or USER not in session or session.user is None:
            _say_why_it_ended(request)
            return
        user = session.user
        if TENANT in session and user.is_operator:
            _let_support_in(request, session, stack)
        elif TENANT in session:
            tenant_id = UUID(session[TENANT])
            with tenant_scope(tenant_id):
                standing = queries.standing(user.id)
                if standing is None:
                    session.flush()
                    return
                if because := reason_to_end(request, session, standing):
                    session.end(because)
                    _say_why_it_ended(request)
                    return
            stack.enter_context(tenant_scope(tenant_id))
            _enter(request, standing.membership)
            request.emergency_until = standing.emergency_until  # type: ignore[attr-defined]
            request.support_until = standing.support_until  # type: ignore[attr-defined]
            access = "emergency" if standing.emergency_until else ""
            source.add(role=standing.membership.role, access=access)
        if BACKGROUND_HEADER not in request.headers:
            session.keep_alive()
        request.user = user
        request.actor = actor_for(user)  # type: ignore[attr-defined]
        source.add(session=session.fingerprint, auth=visits.proof_of(session))
        stack.enter_context(timezone.override(_zone(request, user)))

    def process_exception(
        self, request: HttpRequest, exception: Exception
    ) -> HttpResponseBase | None:
        """A queue at the door is answered, not piled up: come again in a few seconds."""
        if not isinstance(exception, TooBusy):
            return None
        response = error_page(request, 503, "")
        response.headers["Retry-After"] = "5"
        return response

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponseBase], *_args: object
    ) -> None:
        """Default deny: a view that does not say who may see it answers nobody."""
        if not hasattr(view, "access"):
            raise ImproperlyConfigured(f"{view.__module__} has a view without @requires or @public")
        if is_signed_in(request) and is_supporting(request):
            support.note_look(request.resolver_match, actor=request.actor)


class StreamScopeMiddleware:
    """Innermost: the parts of a streamed answer are made after the view, in the view's scope."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        tenant = getattr(request, "tenant", None)
        if isinstance(response, StreamingHttpResponse) and tenant is not None:
            response.streaming_content = in_scope(iter(response), tenant.id, source.current())
        return response


def in_scope(parts: Iterable[bytes], tenant_id: UUID, origin: Source) -> Iterator[bytes]:
    """Enters the scope for each part and leaves it before handing the part on."""
    iterator = iter(parts)
    while True:
        with tenant_scope(tenant_id), source.entered(origin):
            part = next(iterator, None)
        if part is None:
            return
        yield part


def reason_to_end(
    request: HttpRequest, session: SessionStore, standing: queries.Standing
) -> Session.Ending | None:
    """What the workspace's own limits say about a session, at each request. For its scope."""
    if not session.is_within(standing.idle, standing.absolute):
        return Session.Ending.IDLE
    address = address_of(request)
    if standing.networks and not includes(standing.networks, address):
        actor = actor_for(standing.membership.user)
        audit.record_denial("session.continued", actor=actor, reason="network", on=None)
        return Session.Ending.NETWORK
    return None


def _let_support_in(request: HttpRequest, session: SessionStore, stack: ExitStack) -> None:
    """An operator's request, in the workspace whose window is open; else back to no workspace."""
    tenant_id = UUID(session[TENANT])
    with tenant_scope(tenant_id):
        window = support.current()
    if window is None:
        del session[TENANT]
        return
    stack.enter_context(tenant_scope(tenant_id))
    source.add(access="support")
    request.tenant = window.tenant  # type: ignore[attr-defined]
    request.support_until = window.ends_at  # type: ignore[attr-defined]


def _say_why_it_ended(request: HttpRequest) -> None:
    because = getattr(request.session, "ended_because", "")
    if because and BACKGROUND_HEADER not in request.headers:
        messages.info(request, Session.Ending(because).label)


def _enter(request: HttpRequest, membership: Membership) -> None:
    request.membership = membership  # type: ignore[attr-defined]
    request.tenant = membership.tenant  # type: ignore[attr-defined]
    _rotate_for_a_new_role(request, membership)
    request.has_other_workspaces = bool(  # type: ignore[attr-defined]
        request.session.get("has_other_workspaces")
    )


def _rotate_for_a_new_role(request: HttpRequest, membership: Membership) -> None:
    """A key that was known while somebody could do less, or more, is worth nothing afterwards."""
    if request.session.get(ROLE) != membership.role:
        if ROLE in request.session:
            session_of(request).rotate()
        request.session[ROLE] = membership.role


def _zone(request: HttpRequest, user: User) -> ZoneInfo:
    tenant = getattr(request, "tenant", None)
    return ZoneInfo(user.time_zone or (tenant.time_zone if tenant else "UTC"))
