"""Quoted-printable (RFC 2045 6.7) that needs no second look on its way out.

Each encoded piece starts and ends at column 0, so that pieces can be joined in any order. What is
joined is in the relaxed canonical form of DKIM (RFC 6376 3.4.4): no blank before a line end, no two
blanks in a row; and no line starts with a dot (RFC 5321 4.5.2), an F (mbox "From ") or a hyphen
(a MIME boundary). So a body is hashed and sent as it is.
"""

import re

from markupsafe import escape

from campaigns.merge.filters import shown

LINE_LIMIT = 76
SOFT_BREAK = b"=\r\n"

# A value that is the same before and after escaping and encoding: most names, dates and numbers.
_PLAIN = re.compile(r"(?![.F-])(?! )[!#-%(-;?-~]+(?: [!#-%(-;?-~]+)*")
_LONGEST_PLAIN = 72

_NEWLINE = re.compile(r"\r\n|\r")
# Line ends and tabs are the only control characters that mail and HTML have a meaning for.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_ENCODED = re.compile(rb"[^ -<>-~]| (?= |$)|^[.F-]")
_HEX = {byte: b"=%02X" % byte for byte in range(256)}


def encode(text: str) -> bytes:
    """The text encoded, from column 0 to column 0; the empty text as no bytes."""
    lines = _NEWLINE.sub("\n", _CONTROL.sub("", text)).split("\n")
    *ended, last = [_wrapped(line) for line in lines]
    return b"".join(line + b"\r\n" for line in ended) + (last + SOFT_BREAK if last else b"")


def encode_text_value(value: object) -> bytes:
    """A value in a text part."""
    text = shown(value)
    if len(text) <= _LONGEST_PLAIN and _PLAIN.fullmatch(text):
        return text.encode("ascii") + SOFT_BREAK
    return encode(text)


def encode_html_value(value: object) -> bytes:
    """A value in an HTML part, as text or inside a quoted attribute."""
    text = shown(value)
    if len(text) <= _LONGEST_PLAIN and _PLAIN.fullmatch(text):
        return text.encode("ascii") + SOFT_BREAK
    return encode(str(escape(text)))


def _wrapped(line: str) -> bytes:
    """One line encoded, with soft breaks where it is too long."""
    encoded = _ENCODED.sub(_hex, line.encode("utf-8", "replace"))
    parts = []
    while len(encoded) >= LINE_LIMIT:
        cut = encoded.rfind(b"=", LINE_LIMIT - 3, LINE_LIMIT - 1)
        cut = cut if cut > 0 else LINE_LIMIT - 1
        parts.append(encoded[:cut])
        encoded = _ENCODED_START.sub(_hex, encoded[cut:])
    return SOFT_BREAK.join([*parts, encoded])


_ENCODED_START = re.compile(rb"^[.F-]")


def _hex(found: re.Match[bytes]) -> bytes:
    return _HEX[found[0][0]]
