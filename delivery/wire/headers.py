"""Header fields as bytes.

The library's serializer turns a long List-Unsubscribe link into encoded words, and mailboxes then
show no unsubscribe button (CPython issue 85725). Here a field is folded only at its own whitespace.
"""

import re
from base64 import b64encode
from collections.abc import Callable
from datetime import datetime
from email.utils import format_datetime
from uuid import UUID

from delivery.wire.addresses import ascii_address, wire_address

FOLD_AT = 78  # RFC 5322 2.1.1: lines should not, and
LINE_LIMIT = 998  # must not be longer
WORD_LIMIT = 75  # RFC 2047 2: the length of an encoded word with its delimiters

NAME = re.compile(r"[A-Za-z0-9-]+")
FORBIDDEN = re.compile(r"[\x00-\x08\x0a-\x1f\x7f\x80-\x9f\u2028\u2029]")
PHRASE = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]+")
UNENCODED_IN_Q = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!*+-/")


class HeaderRefused(ValueError):
    """The value cannot become a header field without harm."""


def text_field(name: str, text: str) -> bytes:
    """A field of free text, such as Subject: encoded where it must be."""
    text = text.strip(" \t")
    if not text.isascii() or "=?" in text:
        return field(name, encode_words(text, used=len(name) + 2))
    return field(name, text)


def field(name: str, value: str) -> bytes:
    """One header field with its CRLF, folded at whitespace only. The value is ASCII already."""
    if not NAME.fullmatch(name):
        raise HeaderRefused("A field name has letters, digits and hyphens.")
    if not value.strip(" \t") or not value.isascii() or FORBIDDEN.search(value):
        raise HeaderRefused(f"{name} is empty, not ASCII, or holds a control character.")
    return _line(name, value)


def recipient_field(address: str) -> bytes:
    """To. Beyond ASCII only where the address is: then RCPT names it too, and the server knows UTF-8."""
    return _line("To", f"<{wire_address(address)}>")


def _line(name: str, value: str) -> bytes:
    line = folded(f"{name}: {value.strip(' 	')}")
    if max(map(len, line.split("\r\n"))) > LINE_LIMIT:
        raise HeaderRefused(f"{name} has a word that is longer than a line may be.")
    return line.encode() + b"\r\n"


def folded(line: str) -> str:
    """The line broken before whitespace that it already has; a token is never cut, however long."""
    if len(line) <= FOLD_AT:
        return line
    name, _, rest = line.partition(" ")
    done, current = [], name
    for piece in re.findall(r"[ \t]+[^ \t]+", " " + rest):
        if len(current) + len(piece) > FOLD_AT and current != name:
            done.append(current)
            current = piece
        else:
            current += piece
    return "\r\n".join([*done, current])


def encode_words(text: str, *, used: int) -> str:
    """The text with encoded words (RFC 2047) from the first to the last word that needs them.

    The blanks between are inside the encoded words, as a reader drops blanks that stand between
    two of them. `used` is what the first line already holds.
    """
    if FORBIDDEN.search(text):
        raise HeaderRefused("A header text holds a control character.")
    words = text.split(" ")
    needing = [i for i, word in enumerate(words) if not word.isascii() or "=?" in word]
    first, last = needing[0], needing[-1] + 1
    before, after = " ".join(words[:first]), " ".join(words[last:])
    encoded = encoded_words(" ".join(words[first:last]), used=0 if before else used)
    return " ".join(part for part in (before, encoded, after) if part)


def encoded_words(text: str, *, used: int) -> str:
    """The whole text in encoded words, in the shorter encoding, never splitting a character."""
    length = len(text.encode())
    room = WORD_LIMIT - len("=?utf-8?q??=")
    if len(_q(text)) <= length * 4 / 3:
        return _words(text, "q", _q, [room - used, room])
    return _words(text, "b", _b, [(room - used) // 4 * 3, room // 4 * 3])


def _words(text: str, marker: str, write: Callable[[str], str], rooms: list[int]) -> str:
    """`rooms` count what is written for q, and bytes for b, in the first word and in the others."""
    done: list[str] = []
    current, taken = "", 0
    for character in text:
        cost = len(write(character)) if marker == "q" else len(character.encode())
        if current and taken + cost > rooms[bool(done)]:
            done.append(current)
            current, taken = "", 0
        current += character
        taken += cost
    return " ".join(f"=?utf-8?{marker}?{write(part)}?=" for part in [*done, current])


def _q(text: str) -> str:
    return "".join(
        "_" if byte == 0x20 else chr(byte) if byte in UNENCODED_IN_Q else f"={byte:02X}"
        for byte in text.encode()
    )


def _b(text: str) -> str:
    return b64encode(text.encode()).decode()


def mailbox(display_name: str, address: str) -> str:
    """`display name <address>` for From, To and Reply-To, ready for `field`."""
    name = " ".join(display_name.split())
    if FORBIDDEN.search(display_name):
        raise HeaderRefused("A display name holds a control character.")
    if not name:
        return f"<{ascii_address(address)}>"
    if not name.isascii() or "=?" in name:
        shown = encoded_words(name, used=len("Reply-To: "))
    elif PHRASE.fullmatch(name):
        shown = name
    else:
        shown = '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return f"{shown} <{ascii_address(address)}>"


def message_id(identifier: UUID, domain: str) -> str:
    """Made once, when the message is planned: receivers recognize a second copy by it."""
    return f"<{identifier.hex}@{domain}>"


def date(moment: datetime) -> str:
    """RFC 5322 date-time."""
    return format_datetime(moment)
