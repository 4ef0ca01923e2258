"""What the API host answers where no resource does: problem details, like everything else there."""

from http import HTTPStatus

from django.http import HttpRequest, JsonResponse

from integrations.problems import CONTENT_TYPE, body


def bad_request(_: HttpRequest, exception: Exception) -> JsonResponse:  # noqa: ARG001 - Django's signature
    return _problem(HTTPStatus.BAD_REQUEST, "bad_request", "The request cannot be read.")


def forbidden(_: HttpRequest, exception: Exception) -> JsonResponse:  # noqa: ARG001
    return _problem(HTTPStatus.FORBIDDEN, "forbidden", "This is not allowed.")


def not_found(_: HttpRequest, exception: Exception) -> JsonResponse:  # noqa: ARG001
    return _problem(HTTPStatus.NOT_FOUND, "not_found", "There is nothing at this address.")


def failed(_: HttpRequest) -> JsonResponse:
    return _problem(
        HTTPStatus.INTERNAL_SERVER_ERROR, "fault", "This is our fault. Nothing was done; try again."
    )


def _problem(status: HTTPStatus, code: str, detail: str) -> JsonResponse:
    return JsonResponse(body(status, code, detail), status=status, content_type=CONTENT_TYPE)
