"""What every resource of the API shares: the key, its tenant, its scope, its rate, and the trail."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from typing import ClassVar

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from rest_framework.exceptions import AuthenticationFailed, NotAuthenticated, PermissionDenied
from rest_framework.parsers import BaseParser, JSONParser
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api_keys import TOKEN_PREFIX, Scope
from accounts.http import address_of
from accounts.models import ApiKey
from accounts.services import access_tokens, api_keys
from accounts.services.api_keys import Caller, KeyRefused, KeyWaits
from audit import services as audit
from audit.services import Actor, Touched
from contacts.services import readings
from integrations import problems, rate_limits
from tenancy import source
from tenancy.keyring import current_keys
from tenancy.scope import tenant_scope

SCHEME = "Bearer "
# A thousand contacts of two kilobytes; larger files are for the import page.
LARGEST_BODY = 2_500_000
# So many items of a batch count as one request.
ITEMS_PER_REQUEST = 50


class Resource(APIView):
    """A view for systems. A subclass says which scope each of its methods needs."""

    scopes: ClassVar[Mapping[str, Scope]]
    largest_body: ClassVar[int] = LARGEST_BODY
    # The key is looked at in `initial`, because the tenant's scope has to hold until the answer.
    authentication_classes = ()
    permission_classes = ()
    parser_classes: Sequence[type[BaseParser]] = (JSONParser,)
    renderer_classes = (JSONRenderer,)

    key: ApiKey
    granted: frozenset[str]
    actor: Actor
    # How many people's data the answer holds. One that is repeated shows nobody anew.
    people_shown = 0

    def dispatch(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        """Answer in the scope of the key's tenant, and leave a trail there."""
        with ExitStack() as stack:
            self._stack = stack
            response = super().dispatch(request, *args, **kwargs)
            if hasattr(self, "key"):
                self._record(request, response)
            return response

    def initial(self, request: Request, *args: object, **kwargs: object) -> None:
        super().initial(request, *args, **kwargs)
        self._refuse_large(request)
        tenant_id, self.key, self.granted = self._authenticate(request)
        self._stack.enter_context(tenant_scope(tenant_id))
        self.actor = Actor(kind="api_key", id=str(self.key.pk), name=self.key.name)
        source.add(auth=self.key.way if self.key.way != ApiKey.Way.KEY else "api_key")
        current_keys()  # without keys nothing is done: not even the trail of it could be kept
        self._allow_rate()
        self._refuse_frozen()
        self.require_scope(request)
        api_keys.note_use(self.key)

    def _authenticate(self, request: Request) -> Caller:
        text = self.presented(request)
        find = access_tokens.find if text.startswith(TOKEN_PREFIX) else api_keys.find
        try:
            return find(text, address=address_of(request))
        except KeyWaits as waits:
            raise problems.KeyWaits(str(waits)) from None
        except KeyRefused:
            raise AuthenticationFailed from None

    def presented(self, request: Request) -> str:
        """The key or token that came with the request. Raises NotAuthenticated."""
        header: str = request.headers.get("Authorization", "")
        if not header.startswith(SCHEME):
            raise NotAuthenticated
        return header.removeprefix(SCHEME)

    def get_authenticate_header(self, _: Request) -> str:
        return problems.BEARER["WWW-Authenticate"]

    def spend_for(self, items: int) -> None:
        """Take more of the key's rate for a request that brings many items."""
        if items >= ITEMS_PER_REQUEST:
            self._allow_rate(cost=items // ITEMS_PER_REQUEST)

    def fingerprint(self, request: Request) -> bytes:
        """What was asked, so that a repetition is told from another request."""
        body: bytes = request.body
        return f"{request.method} {request.path}\n".encode() + body

    def _refuse_large(self, request: Request) -> None:
        length = request.headers.get("Content-Length") or "0"
        if not length.isdecimal() or int(length) > self.largest_body:
            raise problems.TooLarge(f"Send at most {self.largest_body:,} bytes at once.")

    def _allow_rate(self, *, cost: int = 1) -> None:
        self._allowance = rate_limits.take(str(self.key.pk), cost=cost)
        if self._allowance.is_exceeded:
            raise problems.TooManyRequests("Too many requests. Wait as long as Retry-After says.")

    def _refuse_frozen(self) -> None:
        if self.key.tenant.is_ending:
            audit.record_denial("api.called", actor=self.actor, reason="workspace ending")
            raise problems.WorkspaceEnding(
                "This workspace is ending. Its data is not read or changed through the API any more."
            )

    def require_scope(self, request: Request) -> None:
        if scope := self.scopes.get(str(request.method)):
            self.require(scope)

    def require(self, scope: Scope) -> None:
        """Raises PermissionDenied, and leaves it in the trail."""
        if scope in self.granted:
            return
        audit.record_denial(f"api.{scope}", actor=self.actor, reason="scope")
        raise PermissionDenied(f"This key lacks the scope {scope}.")

    def shows(self, people: int) -> None:
        """Said by each answer about people, so that what a system reads is counted."""
        self.people_shown = people if self.sees_phi else 0

    @property
    def sees_phi(self) -> bool:
        return Scope.PHI_READ in self.granted

    def get_exception_handler(self) -> Callable[..., Response | None]:
        return problems.respond

    def finalize_response(
        self, request: Request, response: Response, *args: object, **kwargs: object
    ) -> Response:
        response = super().finalize_response(request, response, *args, **kwargs)
        if hasattr(self, "_allowance"):
            for name, value in rate_limits.headers(self._allowance).items():
                response[name] = value
        return response

    def _record(self, request: HttpRequest, response: HttpResponseBase) -> None:
        match = request.resolver_match
        ids = [str(value) for value in match.kwargs.values()] if match else []
        if self.people_shown:
            readings.note(self.people_shown, actor=self.actor)
        audit.record_reading(
            "api.called",
            actor=self.actor,
            touched=Touched(
                classes=("phi",) if self.sees_phi else (), rows=self.people_shown or None
            ),
            method=request.method,
            route=match.view_name if match else "",
            status=response.status_code,
            objects=ids,
        )


def endpoint(resource: type[Resource]) -> Callable[..., HttpResponseBase]:
    """The view of a resource, which says who may call it like every other view."""
    view = resource.as_view()
    scopes = ", ".join(sorted(set(resource.scopes.values())))
    view.access = f"api key: {scopes}"  # type: ignore[attr-defined]
    return view
