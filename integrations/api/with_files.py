"""Resources that take letters with their files: larger bodies, which are read once."""

import json
from typing import ClassVar

from rest_framework.request import Request

from integrations.api.base import Resource

# Ten megabytes of files as base64, and the text.
LARGEST_BODY = 15_000_000


class WithFiles(Resource):
    largest_body: ClassVar[int] = LARGEST_BODY

    def fingerprint(self, request: Request) -> bytes:
        """From what was read: a body of this size is not kept beside it."""
        said = json.dumps(request.data, sort_keys=True)
        return f"{request.method} {request.path}\n{said}".encode()
