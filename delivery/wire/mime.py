"""The body: two parts saying the same, in seven bits, with no line that a server could misread."""

import re
from binascii import b2a_qp
from uuid import UUID

LINE_LIMIT = 76  # RFC 2045 6.7, rule 5
RISKY_LINE = re.compile(rb"^(?:\.|From ).*$", re.MULTILINE)
NEWLINE = re.compile(r"\r\n|\r|\n")


def quoted_printable(text: str) -> bytes:
    """The text in quoted-printable (RFC 2045 6.7) with CRLF line ends.

    A dot or "From " at the start of a line is escaped too: no server on the way has a reason
    to change a byte.
    """
    encoded = b2a_qp(NEWLINE.sub("\n", text).encode(), istext=True)
    return RISKY_LINE.sub(_escaped_start, encoded).replace(b"\n", b"\r\n")


def _escaped_start(line: re.Match[bytes]) -> bytes:
    escaped, rest = b"=%02X" % line[0][0], line[0][1:]
    if len(escaped + rest) <= LINE_LIMIT:
        return escaped + rest
    return escaped + b"=\n" + RISKY_LINE.sub(_escaped_start, rest)


def boundary(identifier: UUID) -> str:
    """Cannot occur in quoted-printable, where `=` is followed by digits or a line end."""
    return f"=_{identifier.hex}"


def alternative(text_part: bytes, html_part: bytes, *, boundary: str) -> bytes:
    """A multipart/alternative body of two encoded parts, plainest first (RFC 2046 5.1.4)."""
    mark = boundary.encode("ascii")
    return b"".join(
        (
            b"--" + mark + b"\r\n",
            b"Content-Type: text/plain; charset=utf-8\r\n",
            b"Content-Transfer-Encoding: quoted-printable\r\n\r\n",
            text_part,
            b"\r\n--" + mark + b"\r\n",
            b"Content-Type: text/html; charset=utf-8\r\n",
            b"Content-Transfer-Encoding: quoted-printable\r\n\r\n",
            html_part,
            b"\r\n--" + mark + b"--\r\n",
        )
    )


def content_type(boundary: str) -> str:
    """The value of Content-Type that goes with `alternative`."""
    return f'multipart/alternative; boundary="{boundary}"'
