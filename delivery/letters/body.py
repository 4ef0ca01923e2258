"""A letter as a MIME body: text, HTML with its pictures, and files (RFC 2046, 2387, 2183)."""

from base64 import b64encode
from collections.abc import Sequence
from typing import NamedTuple
from urllib.parse import quote
from uuid import UUID

from campaigns.compilation import Rendered
from delivery.letters.words import File
from delivery.wire import mime

_LINE = 57  # 76 characters of base64, RFC 2045 6.8


class Part(NamedTuple):
    """Its own headers, with their line ends, and its content."""

    headers: tuple[tuple[str, str], ...]
    body: bytes


def build(text: Rendered, files: Sequence[File], *, identifier: UUID) -> Part:
    """The whole body, plainest first. Without HTML it stays plain text."""
    inner = _text(text, identifier)
    pictures = [file for file in files if file.content_id]
    if pictures:
        inner = _multipart("related", "r", [inner, *map(_file, pictures)], identifier)
    others = [file for file in files if not file.content_id]
    if others:
        inner = _multipart("mixed", "m", [inner, *map(_file, others)], identifier)
    return inner


def _text(text: Rendered, identifier: UUID) -> Part:
    if not text.html_part:
        return Part(
            (
                ("Content-Type", "text/plain; charset=utf-8"),
                ("Content-Transfer-Encoding", "quoted-printable"),
            ),
            text.text_part,
        )
    mark = mime.boundary(identifier)
    body = mime.alternative(text.text_part, text.html_part, boundary=mark)
    return Part((("Content-Type", mime.content_type(mark)),), body)


def _multipart(kind: str, letter: str, parts: Sequence[Part], identifier: UUID) -> Part:
    """`letter` keeps the boundary from being the beginning of another: it is no hexadecimal digit."""
    mark = f"=_{letter}{identifier.hex}"
    pieces = []
    for part in parts:
        headers = "".join(f"{name}: {value}\r\n" for name, value in part.headers)
        pieces += [f"--{mark}\r\n{headers}\r\n".encode("ascii"), part.body, b"\r\n"]
    pieces.append(f"--{mark}--\r\n".encode("ascii"))
    return Part((("Content-Type", f'multipart/{kind}; boundary="{mark}"'),), b"".join(pieces))


def _file(file: File) -> Part:
    disposition = "inline" if file.content_id else "attachment"
    named = f'filename="{file.name}"'
    if not file.name.isascii():
        named = f"filename*=utf-8''{quote(file.name, safe='')}"  # RFC 2231 4
    headers = [
        ("Content-Type", file.media_type),
        ("Content-Transfer-Encoding", "base64"),
        ("Content-Disposition", f"{disposition}; {' '.join(named.split())}"),
    ]
    if file.content_id:
        headers.append(("Content-ID", f"<{file.content_id}>"))
    lines = (file.content[at : at + _LINE] for at in range(0, len(file.content), _LINE))
    return Part(tuple(headers), b"".join(b64encode(line) + b"\r\n" for line in lines))
