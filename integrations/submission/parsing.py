"""A message as mail programs write it, read as a letter."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.headerregistry import Address
from email.message import EmailMessage, Message
from email.utils import getaddresses

from compliance.purposes import Purpose
from delivery.inbound.parts import in_unicode
from delivery.letters.checking import HEADERS
from delivery.letters.words import File, LetterRefused, Mailbox, Words, Writing
from integrations.letters import stated
from integrations.letters.stated import Stated

MOST_PARTS = 60
# Lines between parts, also of messages that are parts themselves and have boundaries alike.
MOST_MARKS = 10 * MOST_PARTS
DEEPEST = 8
TOO_MANY = f"Write a message of at most {MOST_PARTS} parts."
# What the library raises over headers that it cannot read, and over mails in mails without end.
UNREADABLE = (ValueError, LookupError, AttributeError, TypeError, RecursionError)
BOUNDARY = re.compile(rb"boundary\s*=\s*\"?([^\s\";]{1,200})", re.IGNORECASE)


@dataclass(frozen=True)
class Submitted:
    """The letter without purpose and people, what its header fields state, and its own id."""

    writing: Writing
    stated: Stated
    message_id: str
    # Names of people as the message has them, by address in lower case.
    names: dict[str, str] = field(default_factory=dict, repr=False)


def read(content: bytes) -> Submitted:
    """Raises LetterRefused for what is no message, or holds what no letter may."""
    _refuse_many_parts(content)
    try:
        return _submitted(message_from_bytes(content, policy=policy.SMTP))
    except LetterRefused:
        raise
    except UNREADABLE:
        raise LetterRefused("text", "The message cannot be read. Write it anew.") from None


def _refuse_many_parts(content: bytes) -> None:
    """Before the library cuts them apart: all that fits into one message take it a minute."""
    boundaries = set(BOUNDARY.findall(content))
    if len(boundaries) > MOST_PARTS or any(
        content.count(b"\n--" + each) > MOST_MARKS for each in boundaries
    ):
        raise LetterRefused("text", TOO_MANY)


def _submitted(message: EmailMessage) -> Submitted:
    fields = [(name, str(value)) for name, value in message.items()]
    said, own = stated.split(fields)
    text, html, files = _parts(message)
    words = Words(
        sender=_mailbox(message, "From"),
        subject=_line(str(message.get("Subject", ""))),
        text=text,
        html=html,
        reply_to=_mailbox(message, "Reply-To") if message["Reply-To"] else None,
        headers=_kept(own),
    )
    writing = Writing(
        words,
        Purpose.TREATMENT,
        files=tuple(files),
        remuneration=said.remuneration,
        sensitivity=said.sensitivity,
        protection=said.protection,
        must_arrive_by=said.deadline(None),
    )
    message_id = str(message.get("Message-ID", "")).strip()
    return Submitted(writing, said, message_id, _names(message))


def _kept(fields: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    """Those that mean something to a reader; what programs say of themselves stays here."""
    kept: dict[str, tuple[str, str]] = {}
    for name, written in fields:
        known, value = HEADERS.get(name.lower()), _line(written)
        if known and known.fullmatch(value):
            kept.setdefault(name.lower(), (name, value))
    return tuple(kept.values())


def _line(value: str) -> str:
    return " ".join(value.split())


def _mailbox(message: EmailMessage, name: str) -> Mailbox:
    written = message.get_all(name, [])
    addresses: list[Address] = [each for header in written for each in header.addresses]
    if len(written) != 1 or len(addresses) != 1:
        field_name = "sender" if name == "From" else "reply_to"
        raise LetterRefused(field_name, f"Write one {name} field with one address.")
    return Mailbox(addresses[0].addr_spec, _line(addresses[0].display_name))


def _names(message: EmailMessage) -> dict[str, str]:
    written = [str(value) for name in ("To", "Cc") for value in message.get_all(name, [])]
    return {address.lower(): name for name, address in getaddresses(written) if name and address}


def _parts(message: EmailMessage) -> tuple[str, str, list[File]]:
    """The first text, the first HTML, and everything else as files."""
    text = html = None
    files: list[File] = []
    for part in _leaves(message):
        kind = part.get_content_type()
        is_body = not part.get_filename() and part.get_content_disposition() != "attachment"
        if kind == "text/plain" and is_body and text is None:
            text = _text(part)
        elif kind == "text/html" and is_body and html is None:
            html = _text(part)
        else:
            files.append(_file(part, len(files) + 1))
    return text or "", html or "", [_inline_only_if_shown(file, html or "") for file in files]


def _leaves(message: Message, depth: int = 0) -> Iterator[EmailMessage]:
    """Parts that hold no others, in order; a message inside is one, as a file."""
    waiting: list[tuple[Message, int]] = [(message, depth)]
    seen = 0
    while waiting:
        part, depth = waiting.pop(0)
        seen += 1
        if seen > MOST_PARTS or depth > DEEPEST:
            raise LetterRefused("text", TOO_MANY)
        inner = part.get_payload()
        if part.get_content_maintype() == "multipart" and isinstance(inner, list):
            waiting[:0] = [(each, depth + 1) for each in inner if isinstance(each, Message)]
        elif isinstance(part, EmailMessage):
            yield part


def _text(part: EmailMessage) -> str:
    """Decoded as it says, or as UTF-8; an unknown character is shown as one."""
    content = part.get_payload(decode=True)
    data = content if isinstance(content, bytes) else b""
    return in_unicode(data, part.get_content_charset() or "utf-8").replace("\r\n", "\n")


def _file(part: EmailMessage, number: int) -> File:
    kind = part.get_content_type()
    content_id = str(part.get("Content-ID", "")).strip().strip("<>")
    if kind == "message/rfc822":
        inner = part.get_payload()
        data = inner[0].as_bytes() if isinstance(inner, list) and inner else b""  # type: ignore[union-attr]
        return File(
            part.get_filename() or f"message-{number}.eml", "application/octet-stream", data
        )
    content = part.get_payload(decode=True)
    data = content if isinstance(content, bytes) else b""
    extension = kind.rpartition("/")[2].partition("+")[0]
    name = part.get_filename() or f"file-{number}.{extension}"
    return File(_line(name), kind, data, content_id)


def _inline_only_if_shown(file: File, html: str) -> File:
    """Programs give ids to attachments that no text shows: those are files like others."""
    if file.content_id and f"cid:{file.content_id}" in html:
        return file
    return File(file.name, file.media_type, file.content)
