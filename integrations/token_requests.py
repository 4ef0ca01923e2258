"""What a client sent to the token endpoint: one form, and one proof of who it is (RFC 6749 2.3)."""

import binascii
from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote_plus

from django.http import HttpRequest

FORM = "application/x-www-form-urlencoded"
BEARER = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
LARGEST = 20_000
BASIC = "Basic "
# RFC 7617: how a client that came with a header is told which one.
BASIC_CHALLENGE = {"WWW-Authenticate": 'Basic realm="Sealpost API"'}


class OAuthRefusal(Exception):
    """A refusal in the shape of RFC 6749 5.2. The description repeats nothing that was sent."""

    def __init__(
        self,
        code: str,
        description: str,
        *,
        status: int = 400,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(description)
        self.code, self.status, self.headers = code, status, dict(headers or {})

    def body(self) -> dict[str, str]:
        return {"error": self.code, "error_description": str(self)}


@dataclass(frozen=True, slots=True)
class BySecret:
    client_id: str
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class ByAssertion:
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Asked:
    form: Mapping[str, str] = field(repr=False)
    proof: BySecret | ByAssertion
    came_with_header: bool

    def unproven(self, sentence: str) -> OAuthRefusal:
        headers = BASIC_CHALLENGE if self.came_with_header else {}
        return OAuthRefusal("invalid_client", sentence, status=401, headers=headers)


def read(request: HttpRequest) -> Asked:
    """Raises OAuthRefusal for what is no such request, or holds two proofs or none."""
    form = _form(request)
    header = request.headers.get("Authorization")
    proofs = [name for name in ("client_secret", "client_assertion") if name in form]
    if header is None and not proofs:
        raise OAuthRefusal(
            "invalid_client", "Prove who you are.", status=401, headers=BASIC_CHALLENGE
        )
    if len(proofs) + (header is not None) > 1:
        raise OAuthRefusal("invalid_request", "Prove who you are in one way only.")
    if header is not None:
        return Asked(form, _basic(header, form), came_with_header=True)
    if proofs == ["client_secret"]:
        proof = BySecret(form.get("client_id", ""), form["client_secret"])
        return Asked(form, proof, came_with_header=False)
    return Asked(form, _assertion(form), came_with_header=False)


def _form(request: HttpRequest) -> dict[str, str]:
    if request.method != "POST":
        headers = {"Allow": "POST"}
        raise OAuthRefusal("invalid_request", "Send a POST.", status=405, headers=headers)
    if request.content_type != FORM or request.META.get("QUERY_STRING"):
        raise OAuthRefusal("invalid_request", f"Send everything in a body of the type {FORM}.")
    if int(request.META.get("CONTENT_LENGTH") or 0) > LARGEST:
        raise OAuthRefusal("invalid_request", f"Send at most {LARGEST:,} bytes.")
    if any(len(values) > 1 for _, values in request.POST.lists()):
        raise OAuthRefusal("invalid_request", "Send each parameter once.")
    return {name: str(value) for name, value in request.POST.items()}


def _basic(header: str, form: Mapping[str, str]) -> BySecret:
    """RFC 6749 2.3.1: both parts are form-encoded before they become Basic."""
    unreadable = OAuthRefusal(
        "invalid_client",
        "The Authorization header is not readable.",
        status=401,
        headers=BASIC_CHALLENGE,
    )
    if not header.startswith(BASIC):
        raise unreadable
    try:
        decoded = b64decode(header.removeprefix(BASIC), validate=True).decode("ascii")
    except (binascii.Error, UnicodeDecodeError):
        raise unreadable from None
    name, colon, secret = decoded.partition(":")
    client_id = unquote_plus(name)
    if not colon or form.get("client_id", client_id) != client_id:
        raise unreadable
    return BySecret(client_id, unquote_plus(secret))


def _assertion(form: Mapping[str, str]) -> ByAssertion:
    if form.get("client_assertion_type") != BEARER:
        raise OAuthRefusal("invalid_request", f"Send client_assertion_type={BEARER}.")
    return ByAssertion(form["client_assertion"])
