"""Serve third-party files by an allow-list, so that nothing else of a package is ever public."""

from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Literal, overload

from django.contrib.staticfiles.finders import BaseFinder
from django.core.checks import CheckMessage
from django.core.checks import Warning as CheckWarning
from django.core.files.storage import FileSystemStorage

# Everything that dev/frontend.py makes and a page may load.
SERVED = (
    "fonts/*.woff2",
    "htmx-2.0.11/htmx.min.js",
    "icons.svg",
    "sortable-1.15.7/sortable.min.js",
    "tabler-1.6.1/img/*.svg",
    "tabler-1.6.1/tabler.min.css",
)


FOLDER = Path(__file__).resolve().parent.parent / "static_vendor"


class VendorStorage(FileSystemStorage):
    prefix = "vendor"


class VendorFinder(BaseFinder):
    """Finds `vendor/...` in static_vendor/, for the files listed in SERVED only."""

    def __init__(self) -> None:
        self.storage = VendorStorage(location=FOLDER)

    def check(self, **_kwargs: object) -> list[CheckMessage]:
        if (FOLDER / "stamp").exists():
            return []
        hint = "Run npm ci, then python dev/frontend.py."
        return [CheckWarning("The front-end files are missing.", hint=hint, id="config.W010")]

    @overload
    def find(self, path: str, find_all: Literal[False] = False) -> str | None: ...
    @overload
    def find(self, path: str, find_all: Literal[True]) -> list[str]: ...
    def find(self, path: str, find_all: bool = False) -> str | list[str] | None:
        folder, _, name = path.partition("/")
        is_found = folder == VendorStorage.prefix and is_served(name) and (FOLDER / name).is_file()
        if find_all:
            return [str(FOLDER / name)] if is_found else []
        return str(FOLDER / name) if is_found else None

    def list(
        self, _ignore_patterns: Iterable[str] | None
    ) -> Iterator[tuple[str, FileSystemStorage]]:
        for file in sorted(FOLDER.rglob("*")):
            name = file.relative_to(FOLDER).as_posix()
            if file.is_file() and is_served(name):
                yield name, self.storage


def is_served(name: str) -> bool:
    """Whether `name`, relative to static_vendor/, is on the list; `*` stays within one folder."""
    return ".." not in name and any(
        fnmatchcase(name, pattern) and name.count("/") == pattern.count("/") for pattern in SERVED
    )
