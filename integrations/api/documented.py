"""One way to describe an operation in the OpenAPI document."""

from collections.abc import Callable, Sequence
from http import HTTPStatus
from typing import Any

from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.serializers import BaseSerializer

from integrations.api.fields import ProblemBody
from integrations.problems import CONTENT_TYPE

REFUSALS = {
    HTTPStatus.BAD_REQUEST: "Something that was sent is not valid.",
    HTTPStatus.UNAUTHORIZED: "There is no key, or it is not valid.",
    HTTPStatus.FORBIDDEN: "The key lacks a scope, or waits to be allowed.",
    HTTPStatus.NOT_FOUND: "There is no such object.",
    HTTPStatus.NOT_ACCEPTABLE: "Only JSON is answered.",
    HTTPStatus.CONFLICT: "It cannot be done as things stand, or the same request is still running.",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "Too much was sent at once.",
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: "The body is of another type.",
    HTTPStatus.UNPROCESSABLE_ENTITY: "The Idempotency-Key came with another request before.",
    HTTPStatus.TOO_MANY_REQUESTS: "Wait as long as Retry-After says.",
}
IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key",
    str,
    OpenApiParameter.HEADER,
    description="Up to 255 characters of your own. The same request under the same key is done "
    "once and answered alike for 24 hours.",
)

Serializer = type[BaseSerializer[Any]]
Answers = dict[HTTPStatus, Serializer]
Operation = Callable[..., Any]


def documented(
    operation_id: str,
    summary: str,
    *,
    answers: Answers,
    request: Any = None,
    parameters: Sequence[OpenApiParameter] = (),
) -> Callable[[Operation], Operation]:
    """Describe a method: what it takes, what it answers, and every way in which it refuses."""
    problems = {
        (int(status), CONTENT_TYPE): OpenApiResponse(ProblemBody, description=description)
        for status, description in REFUSALS.items()
    }
    described: Callable[[Operation], Operation] = extend_schema(
        operation_id=operation_id,
        summary=summary,
        request=request,
        responses={**{int(status): body for status, body in answers.items()}, **problems},
        parameters=list(parameters),
    )
    return described
