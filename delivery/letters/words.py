"""What a system wants to say to one person, as plain values, and as they are kept sealed."""

import binascii
from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from compliance.facts import Sensitivity
from compliance.purposes import Purpose, Remuneration
from delivery.models import Letter
from tenancy.errors import DomainError


class LetterRefused(DomainError):
    """Something of the letter may not go out. `field` names what, and the sentence repeats nothing."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field = field


class Mailbox(NamedTuple):
    address: str
    name: str = ""


@dataclass(frozen=True)
class Words:
    """The text. An empty `html` or `text` was not given; one of the two is."""

    sender: Mailbox
    subject: str
    text: str = field(default="", repr=False)
    html: str = field(default="", repr=False)
    reply_to: Mailbox | None = None
    headers: tuple[tuple[str, str], ...] = ()

    def as_record(self) -> dict[str, Any]:
        return {
            "sender": list(self.sender),
            "subject": self.subject,
            "text": self.text,
            "html": self.html,
            "reply_to": list(self.reply_to) if self.reply_to else None,
            "headers": [list(header) for header in self.headers],
        }

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> "Words":
        return cls(
            sender=Mailbox(*record["sender"]),
            subject=record["subject"],
            text=record["text"],
            html=record["html"],
            reply_to=Mailbox(*record["reply_to"]) if record["reply_to"] else None,
            headers=tuple((name, value) for name, value in record["headers"]),
        )


@dataclass(frozen=True)
class File:
    """A file that goes along; one with a `content_id` is a picture that the HTML shows."""

    name: str = field(repr=False)
    media_type: str
    content: bytes = field(repr=False)
    content_id: str = ""


@dataclass(frozen=True)
class Writing:
    """A letter to be sent, and what its system states about it."""

    words: Words
    purpose: Purpose
    files: tuple[File, ...] = ()
    remuneration: Remuneration = Remuneration.UNSTATED
    # A text that nobody looked at may hold anything about a patient.
    sensitivity: Sensitivity = Sensitivity.S2
    protection: Letter.Protection = Letter.Protection.STRONGEST
    labels: Mapping[str, Any] = field(default_factory=dict, repr=False)
    send_at: datetime | None = None
    # After this somebody looks after it that the person learns of it.
    must_arrive_by: datetime | None = None


def decoded(content: str) -> bytes:
    """The bytes of a file. Raises LetterRefused if it is no base64."""
    try:
        return b64decode("".join(content.split()), validate=True)
    except (binascii.Error, ValueError):
        raise LetterRefused("files", "Send the content of a file in base64.") from None


def is_whole(text: str) -> bool:
    """False if it holds half a character, which JSON can say and UTF-8 cannot."""
    return not any("\ud800" <= character <= "\udfff" for character in text)
