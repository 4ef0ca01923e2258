"""Pages of a list by cursor: the order never changes under a reader, and no page number leaks a total."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as BadBase64
from typing import TypeVar
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request

from integrations.api.fields import refuse
from tenancy.models import TenantModel

Row = TypeVar("Row", bound=TenantModel)

DEFAULT_LIMIT = 50
LARGEST_LIMIT = 200

PARAMETERS = [
    OpenApiParameter(
        "limit", int, description=f"How many at once, 1 to {LARGEST_LIMIT}.", default=DEFAULT_LIMIT
    ),
    OpenApiParameter("cursor", str, description="`next_cursor` of the page before."),
]


def page_of(rows: QuerySet[Row], request: Request) -> tuple[list[Row], str | None]:
    """The rows of one page, oldest first, and the cursor of the next if there is one."""
    limit, after = _limit(request), _after(request)
    if after is not None:
        rows = rows.filter(pk__gt=after)
    found = list(rows.order_by("pk")[: limit + 1])
    has_more = len(found) > limit
    found = found[:limit]
    return found, _cursor(found[-1].pk) if has_more else None


def _limit(request: Request) -> int:
    text = request.query_params.get("limit", str(DEFAULT_LIMIT))
    if not (text.isascii() and text.isdecimal() and 1 <= int(text) <= LARGEST_LIMIT):
        raise refuse({"limit": f"Send a whole number from 1 to {LARGEST_LIMIT}."})
    return int(text)


def _after(request: Request) -> UUID | None:
    text = request.query_params.get("cursor")
    if not text:
        return None
    try:
        return UUID(bytes=urlsafe_b64decode(text.encode("ascii", "replace") + b"=="))
    except (BadBase64, ValueError):
        raise refuse({"cursor": "Send the next_cursor of the page before, as it was."}) from None


def _cursor(row_id: UUID) -> str:
    return urlsafe_b64encode(row_id.bytes).decode().rstrip("=")
