"""Resources that take letters with their files: larger bodies, which are read once."""

import json
from collections.abc import Mapping, Sequence
from typing import IO, Any, ClassVar

from rest_framework.parsers import BaseParser, JSONParser
from rest_framework.request import Request

from integrations.api.base import Resource

# Ten megabytes of files as base64, and the text.
LARGEST_BODY = 15_000_000


class StreamedJSONParser(BaseParser):
    """JSON from the connection itself.

    For its own JSON parser the library keeps the body as well, which Django refuses above 2.5 MB.
    """

    media_type = "application/json"

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        return JSONParser().parse(stream, media_type, parser_context)


class WithFiles(Resource):
    largest_body: ClassVar[int] = LARGEST_BODY
    parser_classes: Sequence[type[BaseParser]] = (StreamedJSONParser,)

    def fingerprint(self, request: Request) -> bytes:
        """From what was read: a body of this size is not kept beside it."""
        said = json.dumps(request.data, sort_keys=True)
        return f"{request.method} {request.path}\n{said}".encode()
