"""Words that tell where they came from, and a search that finds them however they were packed.

All words of one kind begin alike, so that a gigabyte is searched once for each shape and not for each word.
"""

import io
import zipfile
import zlib
from base64 import b64encode
from collections.abc import Iterable, Iterator

from tests.security.marks import Marks, drawn

STEM = 12
SOFT_BREAKS = (b"=\r\n", b"=\n")  # quoted-printable lines end so, also inside of words
# What PostgreSQL compresses keeps new words, with a byte of its own between every eight.
SHORTEST_RUN = 7
DEPTH = 3  # a zip in a zip, compressed


class Canaries(Marks):
    """Marks with a stem of their own for each journey."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = drawn(STEM)

    def __call__(self, text: str) -> str:
        return self.words.setdefault(text, self.stem + drawn(6))

    def hits(self, content: bytes) -> list[str]:
        """Each shape in which the stem stands in the content, with the text if the whole word does."""
        found = set()
        for form in unpacked(content):
            folded = form.lower()
            for shape, needles in shapes(self.stem).items():
                searched = form if "base64" in shape else folded
                if any(needle in searched for needle in needles):
                    texts = [text for text, word in self.words.items() if word.encode() in folded]
                    found.add(f"{shape}: {texts[:3]}")
        return sorted(found)

    def hits_in_pieces(self, content: bytes) -> list[str]:
        """Like `hits`, also where a word is broken as in what PostgreSQL compresses."""
        folded = content.lower()
        runs = [
            self.stem[start : start + SHORTEST_RUN].encode()
            for start in range(STEM - SHORTEST_RUN + 1)
        ]
        pieces = ["a piece"] if any(run in folded for run in runs) else []
        return self.hits(content) + pieces


def shapes(word: str) -> dict[str, list[bytes]]:
    plain = word.encode()
    wide = [word.encode("utf-16-le"), word.encode("utf-16-be")]
    return {
        "text": [plain],
        "UTF-16": wide,
        "hexadecimal digits": [plain.hex().encode()],
        "base64": [inner for text in (plain, *wide) for inner in _in_base64(text)],
    }


def _in_base64(plain: bytes) -> Iterator[bytes]:
    """At each of three offsets; the first and last letters depend on neighbors."""
    for offset in range(3):
        whole = b64encode(b"=" * offset + plain)
        yield whole[4 if offset else 0 : -4]


def unpacked(content: bytes, depth: int = DEPTH) -> Iterator[bytes]:
    """The content, without soft line breaks, and whatever is compressed in it."""
    yield content
    unbroken = content
    for ending in SOFT_BREAKS:
        unbroken = unbroken.replace(ending, b"")
    if unbroken != content:
        yield unbroken
    if depth:
        for inner in _members(content):
            yield from unpacked(inner, depth - 1)


def _members(content: bytes) -> Iterator[bytes]:
    if content[:4] == b"PK\x03\x04":
        yield from _of_zip(content)
    for start in _starts(content, b"\x1f\x8b\x08"):
        yield from _inflated(content[start:], zlib.MAX_WBITS | 16)
    for header in (b"\x78\x01", b"\x78\x5e", b"\x78\x9c", b"\x78\xda"):
        if content.startswith(header):
            yield from _inflated(content, zlib.MAX_WBITS)


def _starts(content: bytes, beginning: bytes) -> Iterable[int]:
    start = content.find(beginning)
    while start >= 0:
        yield start
        start = content.find(beginning, start + 1)


def _inflated(content: bytes, kind: int) -> Iterator[bytes]:
    try:
        yield zlib.decompressobj(kind).decompress(content)
    except zlib.error:
        return


def _of_zip(content: bytes) -> Iterator[bytes]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            for name in packed.namelist():
                yield name.encode()
                yield packed.read(name)
    except (zipfile.BadZipFile, RuntimeError):  # RuntimeError: it asks for a password
        return
