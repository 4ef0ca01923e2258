"""POST methods that may be sent again with the same Idempotency-Key."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar

import orjson
from django.db import transaction
from rest_framework.request import Request
from rest_framework.response import Response

from integrations import idempotency
from integrations.api.base import Resource
from integrations.idempotency import Answer
from integrations.models import IdempotentRequest

HEADER = "Idempotency-Key"

View = TypeVar("View", bound=Resource)
Arguments = ParamSpec("Arguments")
Method = Callable[Concatenate[View, Request, Arguments], Response]


def repeatable(method: Method[View, Arguments]) -> Method[View, Arguments]:
    """Run the method once for each key: what it did and its answer are one transaction."""

    @wraps(method)
    def answered(
        view: View, request: Request, /, *args: Arguments.args, **kwargs: Arguments.kwargs
    ) -> Response:
        key = request.headers.get(HEADER)
        if key is None:
            with transaction.atomic():
                return method(view, request, *args, **kwargs)
        row = idempotency.begin(api_key_id=view.key.pk, key=key, request=view.fingerprint(request))
        if row.answer is not None:
            return _repeated(row)
        try:
            with transaction.atomic():
                response = method(view, request, *args, **kwargs)
                idempotency.end(row, Answer(response.status_code, orjson.dumps(response.data)))
        except Exception:
            row.delete()
            raise
        return response

    return answered


def _repeated(row: IdempotentRequest) -> Response:
    return Response(
        orjson.loads(row.answer or b"null"),
        status=row.status,
        headers={"Idempotency-Replayed": "true"},
    )
