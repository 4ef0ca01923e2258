"""The bytes of an event that the tree is built over, and the commitment to its details.

RFC 8785 (JSON Canonicalization Scheme): keys sorted, no space, shortest escapes, UTF-8. Values are texts,
small whole numbers and lists of texts, so that the scheme's rules for fractions never apply. The bytes are
stored as they were hashed: nobody has to serialize an event again to check it.
"""

import hashlib
import os
from collections.abc import Mapping
from datetime import UTC, datetime

import orjson

VERSION = 1
SALT_BYTES = 32


def canonical(facts: Mapping[str, object]) -> bytes:
    return orjson.dumps(facts, option=orjson.OPT_SORT_KEYS)


def detail_bytes(detail: Mapping[str, object]) -> bytes:
    """Details as they are sealed and committed to; they are never in the leaf."""
    return orjson.dumps(detail)


def new_salt() -> bytes:
    """Without it a commitment to a short detail could be undone by trying every detail."""
    return os.urandom(SALT_BYTES)


def commitment(salt: bytes, detail: bytes) -> str:
    """SHA-256(salt ‖ detail), hex. Salt and detail may be destroyed without touching the leaf."""
    return hashlib.sha256(salt + detail).hexdigest()


def timestamp(moment: datetime) -> str:
    """RFC 3339 in UTC with microseconds, always of the same length."""
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"
