"""Newline-delimited JSON: one object a line, so that one bad line spoils only itself."""

from collections.abc import Mapping
from typing import IO, Any

import orjson
from rest_framework.parsers import BaseParser

MEDIA_TYPE = "application/x-ndjson"


class Unreadable:
    """Stands for a line that is not JSON."""


class NdjsonParser(BaseParser):
    media_type = MEDIA_TYPE

    def parse(  # type: ignore[override]
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> list[object]:
        return [_read(line) for line in stream.read().splitlines() if line.strip()]


def _read(line: bytes) -> object:
    try:
        return orjson.loads(line)
    except orjson.JSONDecodeError:
        return Unreadable()
