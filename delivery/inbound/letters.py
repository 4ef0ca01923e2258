"""What somebody wrote, as plain text, and whether anybody wrote it."""

import html
import re
from collections.abc import Iterator, Mapping, Sequence

import nh3

from delivery.inbound import wording
from delivery.inbound.parts import Part

LONGEST = 50_000
# Read of all parts together: tags without an end cost the square of their number.
LOOKED_AT = 100_000
# RFC 3834 2 and 5; the others are habits of older programs.
AUTOMATIC_FIELDS = ("x-autoreply", "x-autorespond", "x-autoresponse", "list-id", "list-unsubscribe")
BULK = {"bulk", "junk", "list", "auto_reply"}
BLOCK_ENDS = re.compile(r"<(?:br|/p|/div|/tr|/li|/h[1-6])\b[^<>]{0,200}>", re.IGNORECASE)


def is_automatic(fields: Mapping[str, str], mail_from: str, subject: str) -> bool:
    """RFC 3834: what a program sent is no answer of a person."""
    submitted = fields.get("auto-submitted", "no").partition(";")[0].strip().lower()
    return (
        submitted != "no"
        or not mail_from
        or fields.get("precedence", "").strip().lower() in BULK
        or any(name in fields for name in AUTOMATIC_FIELDS)
        or wording.AUTOMATIC_SUBJECT.match(subject) is not None
    )


def readable(leaves: Sequence[Part]) -> tuple[str, int]:
    """The text to read, and how many files came along."""
    shown = [part for part in leaves if not part.is_attached]
    attached = len(leaves) - len(shown)
    attached += sum(part.media_type.partition("/")[0] not in {"text", "message"} for part in shown)
    for media_type, read in (("text/plain", _plain), ("text/html", _from_html)):
        found = [read(text) for text in _texts(shown, media_type)]
        if any(text.strip() for text in found):
            return "\n\n".join(found)[:LONGEST].strip(), attached
    return "", attached


def _texts(parts: Sequence[Part], media_type: str) -> Iterator[str]:
    room = LOOKED_AT
    for part in parts:
        if part.media_type == media_type and room > 0:
            text = part.text[:room]
            room -= len(text)
            yield text


def _plain(text: str) -> str:
    return text.replace("\0", "")


def _from_html(text: str) -> str:
    """Words without anything that could act or load."""
    broken = BLOCK_ENDS.sub("\n", text)
    bare = nh3.clean(broken, tags=set(), clean_content_tags={"script", "style", "head", "title"})
    lines = [" ".join(line.split()) for line in html.unescape(bare).replace("\0", "").split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines))
