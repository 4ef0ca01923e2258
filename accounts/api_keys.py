"""What keys, client secrets and access tokens look like, and what they may do.

A prefix + 43 characters of secret + 6 characters of checksum. The prefix lets scanners of source code
find what leaked, and nothing of one kind is taken for another; the checksum tells a mistyped key from a
wrong one without asking the database.
"""

import hashlib
import secrets
import zlib

from django.db import models

from tenancy.errors import DomainError

PREFIX = "sk_live_"
CLIENT_PREFIX = "cs_live_"
TOKEN_PREFIX = "at_live_"  # noqa: S105 - what all of them begin with
# 256 bits: nothing to stretch, so SHA-256 is enough to store it.
_SECRET_BYTES = 32
_SECRET_LENGTH = 43
_CHECKSUM_LENGTH = 6
# Enough to recognize a key in a list, too little to help anybody guess the rest.
_HINT_LENGTH = 4
_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


class Scope(models.TextChoices):
    """What a key may be used for. `phi.read` shows values that are masked without it."""

    CONTACTS_READ = "contacts.read", "Read contacts, masked"
    CONTACTS_WRITE = "contacts.write", "Create and update contacts"
    CONSENTS_READ = "consents.read", "Read what people agreed to"
    CONSENTS_WRITE = "consents.write", "Record what people agreed to"
    EVENTS_WRITE = "events.write", "Report facts about people"
    MESSAGES_SEND = "messages.send", "Send one message from an approved campaign"
    LETTERS_SEND = "letters.send", "Send messages that it writes itself"
    MESSAGES_READ = "messages.read", "Read what became of a message"
    SUPPRESSIONS_READ = "suppressions.read", "Read which addresses get no mail"
    SUPPRESSIONS_WRITE = "suppressions.write", "Suppress addresses, and lift what it may"
    PHI_READ = "phi.read", "See PHI unmasked"


class KeyNotReadable(DomainError):
    """The text is no key of ours: the prefix or the checksum is wrong."""


def new_secret(prefix: str = PREFIX) -> str:
    """A key that nobody has had before. It is shown once and stored only as `hashed`."""
    secret = secrets.token_urlsafe(_SECRET_BYTES)
    return f"{prefix}{secret}{_checksum(secret)}"


def hashed(key: str, prefix: str = PREFIX) -> bytes:
    """What is stored of a key. Raises KeyNotReadable before anything is looked up."""
    secret = key.removeprefix(prefix)[:_SECRET_LENGTH]
    if key != f"{prefix}{secret}{_checksum(secret)}" or len(secret) != _SECRET_LENGTH:
        raise KeyNotReadable("This is not an API key of Sealpost. Copy it again, whole.")
    return hashlib.sha256(key.encode()).digest()


def hint(key: str) -> str:
    """How a key is named in lists: `sk_live_Ab3d`."""
    return key[: len(PREFIX) + _HINT_LENGTH]


def _checksum(secret: str) -> str:
    number, digits = zlib.crc32(secret.encode()), ""
    for _ in range(_CHECKSUM_LENGTH):
        number, digit = divmod(number, len(_DIGITS))
        digits = _DIGITS[digit] + digits
    return digits
