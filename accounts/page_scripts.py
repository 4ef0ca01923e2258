"""What a page loads to run, with the hash of each: a browser runs nothing else in its place.

On patients' pages, whose scripts open what is sealed. Their hashes are the ones of our repository, so that anybody
can compare what a portal hands out with what was reviewed.
"""

import re
from base64 import b64encode
from functools import cache
from hashlib import sha384
from pathlib import Path

from django.conf import settings

FOLDER = "js/"
_IMPORTED = re.compile(r'^import [^"]*"\./([\w-]+\.js)";$', re.MULTILINE)


def integrity(name: str) -> str:
    """As browsers take it (W3C Subresource Integrity)."""
    return f"sha384-{b64encode(sha384(_source(name)).digest()).decode()}"


def imported_by(name: str) -> list[str]:
    """What the script imports, itself or through another, each once."""
    found: dict[str, None] = {}
    left = [name]
    while left:
        for imported in _IMPORTED.findall(_source(left.pop()).decode()):
            if imported not in found:
                found[imported] = None
                left.append(imported)
    return list(found)


def _source(name: str) -> bytes:
    path = Path(settings.BASE_DIR, f"static/{FOLDER}{name}")
    return _read(path, path.stat().st_mtime_ns)


@cache
def _read(path: Path, _changed_at: int) -> bytes:
    return path.read_bytes()
