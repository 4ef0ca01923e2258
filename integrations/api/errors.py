"""What the API host answers where no resource does: problem details, like everything else there."""

from http import HTTPStatus

from django.http import HttpRequest, JsonResponse

from accounts.errors import note
from integrations.problems import CONTENT_TYPE, body


def bad_request(request: HttpRequest, exception: Exception) -> JsonResponse:  # noqa: ARG001 - Django's signature
    return _problem(request, HTTPStatus.BAD_REQUEST, "bad_request", "The request cannot be read.")


def forbidden(request: HttpRequest, exception: Exception) -> JsonResponse:  # noqa: ARG001
    return _problem(request, HTTPStatus.FORBIDDEN, "forbidden", "This is not allowed.")


def not_found(request: HttpRequest, exception: Exception) -> JsonResponse:  # noqa: ARG001
    return _problem(request, HTTPStatus.NOT_FOUND, "not_found", "There is nothing at this address.")


def refused(request: HttpRequest, status: int) -> JsonResponse:
    """For what no resource answered, in the words of the status."""
    phrase = HTTPStatus(status).phrase
    return _problem(request, HTTPStatus(status), phrase.lower().replace(" ", "_"), f"{phrase}.")


def too_fast(request: HttpRequest) -> JsonResponse:
    sentence = "Too many requests. Wait as long as Retry-After says."
    return _problem(request, HTTPStatus.TOO_MANY_REQUESTS, "rate_limited", sentence)


def failed(request: HttpRequest) -> JsonResponse:
    sentence = "This is our fault. Nothing was done; try again."
    return _problem(request, HTTPStatus.INTERNAL_SERVER_ERROR, "fault", sentence)


def _problem(request: HttpRequest, status: HTTPStatus, code: str, detail: str) -> JsonResponse:
    """`instance` (RFC 9457 3.1.5) is the id that the log has as well."""
    problem = body(status, code, detail) | {
        "instance": f"urn:sealpost:error:{note(request, status)}"
    }
    return JsonResponse(problem, status=status, content_type=CONTENT_TYPE)
