"""The token endpoint (RFC 6749 4.4, RFC 7523 2.2) and the end of a token (RFC 7009)."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import wraps

from django.http import HttpRequest, JsonResponse
from django.views.decorators.csrf import csrf_exempt

from accounts.api_keys import Scope
from accounts.http import address_of
from accounts.models import AccessToken, ApiKey
from accounts.permissions import public
from accounts.services import access_tokens, client_proofs
from accounts.services.access_tokens import ScopeRefused
from accounts.services.api_keys import KeyRefused, note_use
from accounts.services.client_proofs import ProofRefused
from audit import services as audit
from integrations import rate_limits
from integrations.token_requests import Asked, ByAssertion, BySecret, OAuthRefusal, read
from tenancy.origins import url_on

GRANT = "client_credentials"
# Of 600 a minute from one network: a client needs one token in five minutes.
COST = 10

Endpoint = Callable[[HttpRequest, Asked], JsonResponse]


def endpoint(view: Endpoint) -> Callable[[HttpRequest], JsonResponse]:
    """Reads the form, answers refusals in the shape of RFC 6749 5.2, and lets nobody store an answer."""

    @wraps(view)
    def answered(request: HttpRequest) -> JsonResponse:
        try:
            _allow_rate(request)
            response = view(request, read(request))
        except OAuthRefusal as refusal:
            response = JsonResponse(refusal.body(), status=refusal.status, headers=refusal.headers)
        response["Cache-Control"], response["Pragma"] = "no-store", "no-cache"
        return response

    return answered


@public("Who asks proves who it is with what it sends.")
@csrf_exempt
@endpoint
def token(request: HttpRequest, asked: Asked) -> JsonResponse:
    """An access token for a client that proved who it is."""
    if asked.form.get("grant_type") != GRANT:
        known = "grant_type" in asked.form
        code = "unsupported_grant_type" if known else "invalid_request"
        raise OAuthRefusal(code, f"Send grant_type={GRANT}.")
    wanted = asked.form.get("scope", "").split()
    try:
        with _proven(request, asked) as client:
            issued, text = _issued(client, wanted)
            note_use(client)
    except (ProofRefused, KeyRefused) as refusal:
        raise asked.unproven(str(refusal)) from None
    lasts = int((issued.expires_at - issued.issued_at).total_seconds())
    return JsonResponse(
        {
            "access_token": text,
            "token_type": "Bearer",
            "expires_in": lasts,
            "scope": " ".join(issued.scopes),
        }
    )


@public("Who asks proves who it is with what it sends.")
@csrf_exempt
@endpoint
def revoke(request: HttpRequest, asked: Asked) -> JsonResponse:
    """End a token of the client. The answer is the same for one that never was."""
    if "token" not in asked.form:
        raise OAuthRefusal("invalid_request", "Send the token to end.")
    try:
        with _proven(request, asked) as client:
            access_tokens.revoke(client, asked.form["token"])
    except (ProofRefused, KeyRefused) as refusal:
        raise asked.unproven(str(refusal)) from None
    return JsonResponse({})


def _proven(request: HttpRequest, asked: Asked) -> AbstractContextManager[ApiKey]:
    address = address_of(request)
    match asked.proof:
        case BySecret(client_id, secret):
            return client_proofs.proven_by_secret(client_id, secret, address=address)
        case ByAssertion(text):
            audience = url_on("api", request.path)
            return client_proofs.proven_by_assertion(text, audience=audience, address=address)


def _issued(client: ApiKey, wanted: list[str]) -> tuple[AccessToken, str]:
    try:
        return access_tokens.issue(client, scopes=wanted or None)
    except ScopeRefused as refusal:
        known = [scope for scope in wanted if scope in Scope.values]
        actor = access_tokens.actor_of(client)
        audit.record_denial(
            "api_key.token_issued", actor=actor, on=client, reason="scope", asked=known
        )
        raise OAuthRefusal("invalid_scope", str(refusal)) from None


def _allow_rate(request: HttpRequest) -> None:
    allowance = rate_limits.take_of_network("token", address_of(request), cost=COST)
    if allowance.is_exceeded:
        headers = {"Retry-After": str(allowance.retry_after)}
        sentence = "Too many requests. Wait as long as Retry-After says."
        raise OAuthRefusal("temporarily_unavailable", sentence, status=429, headers=headers)
