"""The addresses that each message has of its own: for its bounces (VERP) and for answers to it.

A name of 32 hexadecimal digits and 16 letters of proof: lower case, as mail servers may change it,
and saying nothing about the person.
"""

import hmac
import re
from base64 import b32encode
from enum import StrEnum
from uuid import UUID

from tenancy.keyring import current_keys

PROOF_BYTES = 10
TOKEN = re.compile(r"([0-9a-f]{32})([a-z2-7]{16})\Z")


class TokenBroken(Exception):
    """The address was made up, altered, or belongs to another workspace."""


class Way(StrEnum):
    """What the address is for; each has a key of its own. The value stands before the plus sign."""

    BOUNCE = "b"
    REPLY = "r"


KEYS = {Way.BOUNCE: "return-path", Way.REPLY: "reply-path"}


def local_part(way: Way, message: UUID, key: bytes) -> str:
    """What stands before the @; `key` is the tenant's own for this way."""
    return f"{way}+{message.hex}{_proof(message, key)}"


def reply_address(message: UUID, domain: str) -> str:
    """Where answers to the message go, below the bounce domain of the sender's."""
    return f"{local_part(Way.REPLY, message, key_of(Way.REPLY))}@bounce.{domain}"


def key_of(way: Way) -> bytes:
    """That of the tenant in scope."""
    return current_keys().derive(KEYS[way])


def message_of(way: Way, token: str) -> UUID:
    """The message that the token of the tenant in scope names. Raises TokenBroken."""
    parts = TOKEN.match(token.lower())
    if parts is None:
        raise TokenBroken
    message = UUID(hex=parts[1])
    if not hmac.compare_digest(parts[2], _proof(message, key_of(way))):
        raise TokenBroken
    return message


def _proof(message: UUID, key: bytes) -> str:
    return b32encode(hmac.digest(key, message.bytes, "sha256")[:PROOF_BYTES]).decode().lower()
