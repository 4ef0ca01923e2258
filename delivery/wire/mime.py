"""The body: two parts that say the same, already in quoted-printable."""

from uuid import UUID


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
