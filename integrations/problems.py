"""Refusals of the API as problem details (RFC 9457), which never repeat what was submitted.

Django REST framework quotes bad values ("foo" is not a valid choice); a value can be PHI and answers
end up in logs of the client. So every sentence here is fixed, and chosen by the kind of error.
"""

import re
from collections.abc import Iterator, Mapping
from http import HTTPStatus

from django.core.exceptions import PermissionDenied
from django.http import Http404
from rest_framework import exceptions
from rest_framework.response import Response

from tenancy.errors import DomainError

CONTENT_TYPE = "application/problem+json"
# A submitted key is named only if it looks like one: a key can be a person's name.
KEY = re.compile(r"[a-z][a-z0-9_]{0,39}\Z")
# Text under this code was written by us and holds no submitted value.
OWN_WORDS = "refused"

FIELD_SENTENCES = {
    "required": "This field is required.",
    "null": "This field may not be null.",
    "blank": "This field may not be empty.",
    "invalid": "This value does not have the documented type.",
    "invalid_choice": "Use one of the documented values.",
    "max_length": "This value is too long.",
    "min_length": "This value is too short.",
    "max_value": "This number is too large.",
    "min_value": "This number is too small.",
    "not_a_list": "Send a list.",
    "not_a_dict": "Send an object.",
    "empty": "Send at least one.",
    "date": "Write a date as 2026-03-01.",
    "unknown": "There is no such field.",
}
# RFC 6750 3: how a client that brought no good key is told what to bring.
BEARER = {"WWW-Authenticate": 'Bearer realm="Sealpost API"'}
UNKNOWN_ERROR = "This value does not fit."


class Problem(exceptions.APIException):
    """A refusal with words of our own. Subclasses name the code that clients branch on."""

    status_code = HTTPStatus.BAD_REQUEST
    default_code = "refused"

    def __init__(self, detail: str, *, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(detail)
        self.headers = dict(headers or {})


class ContactNotFound(Problem):
    status_code = HTTPStatus.NOT_FOUND
    default_code = "contact_not_found"


class SuppressionNotFound(Problem):
    status_code = HTTPStatus.NOT_FOUND
    default_code = "suppression_not_found"


class KeyWaits(Problem):
    status_code = HTTPStatus.FORBIDDEN
    default_code = "key_waits"


class KeyReused(Problem):
    status_code = HTTPStatus.UNPROCESSABLE_ENTITY
    default_code = "idempotency_key_reused"


class StillRunning(Problem):
    status_code = HTTPStatus.CONFLICT
    default_code = "idempotency_key_in_flight"


class TooManyRequests(Problem):
    status_code = HTTPStatus.TOO_MANY_REQUESTS
    default_code = "rate_limited"


class WorkspaceEnding(Problem):
    """No client has to try again: this workspace does not come back by waiting."""

    status_code = HTTPStatus.FORBIDDEN
    default_code = "workspace_ending"


class TooLarge(Problem):
    status_code = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    default_code = "too_large"


def respond(error: Exception, _: Mapping[str, object]) -> Response | None:
    """REST framework's exception handler. None lets a fault become a plain 500."""
    match error:
        case Problem():
            return response(error.status_code, error.get_codes(), str(error.detail), error.headers)
        case exceptions.ValidationError():
            errors = list(field_errors(error.detail))
            return response(
                HTTPStatus.BAD_REQUEST, "invalid", "Some fields are not valid.", errors=errors
            )
        case DomainError():
            return response(HTTPStatus.CONFLICT, _code_of(error), str(error))
        case Http404() | exceptions.NotFound():
            return response(HTTPStatus.NOT_FOUND, "not_found", "There is no such object.")
        case PermissionDenied() | exceptions.PermissionDenied():
            return response(HTTPStatus.FORBIDDEN, "forbidden", str(error))
        case RecursionError():  # the library's JSON and address readers follow every nesting
            return response(HTTPStatus.BAD_REQUEST, "parse_error", "The body is nested too deeply.")
        case exceptions.APIException():
            headers = BEARER if error.status_code == HTTPStatus.UNAUTHORIZED else None
            return response(error.status_code, error.default_code, SENTENCES[type(error)], headers)
    return None


def _code_of(error: DomainError) -> str:
    """`agreement_required` for AgreementRequired: what was refused is the name of its class."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", type(error).__name__).lower()


SENTENCES: dict[type[exceptions.APIException], str] = {
    exceptions.ParseError: "The body is not valid JSON.",
    exceptions.NotAuthenticated: "Send an API key: Authorization: Bearer sk_live_…",
    exceptions.AuthenticationFailed: "This API key is not valid, has expired or was revoked.",
    exceptions.MethodNotAllowed: "This address does not answer this method.",
    exceptions.NotAcceptable: "Answers are JSON. Send Accept: application/json.",
    exceptions.UnsupportedMediaType: "Send JSON: Content-Type: application/json.",
}


def response(
    status: int,
    code: object,
    detail: str,
    headers: Mapping[str, str] | None = None,
    errors: list[dict[str, str]] | None = None,
) -> Response:
    problem = body(status, code, detail)
    if errors is not None:
        problem["errors"] = errors
    return Response(problem, status=status, headers=dict(headers or {}), content_type=CONTENT_TYPE)


def body(status: int, code: object, detail: str) -> dict[str, object]:
    return {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": int(status),
        "code": str(code),
        "detail": detail,
    }


def field_errors(detail: object, pointer: str = "") -> Iterator[dict[str, str]]:
    """One entry for each bad field, by JSON pointer (RFC 6901)."""
    if isinstance(detail, Mapping):
        for key, inner in detail.items():
            yield from field_errors(inner, _below(pointer, str(key)))
    elif isinstance(detail, list) and not _are_sentences(detail):
        for place, inner in enumerate(detail):
            yield from field_errors(inner, f"{pointer}/{place}")
    else:
        for one in detail if isinstance(detail, list) else [detail]:
            code = str(getattr(one, "code", "invalid"))
            sentence = str(one) if code == OWN_WORDS else FIELD_SENTENCES.get(code, UNKNOWN_ERROR)
            yield {"pointer": pointer, "code": code, "detail": sentence}


def _are_sentences(detail: list[object]) -> bool:
    return all(isinstance(one, exceptions.ErrorDetail) for one in detail)


def _below(pointer: str, key: str) -> str:
    if key == "non_field_errors" or not (key.isdecimal() or KEY.match(key)):
        return pointer
    return f"{pointer}/{key}"
