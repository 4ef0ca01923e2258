"""The addresses that each message has of its own: for its bounces (VERP), for answers, and to stop its kind.

A name of 32 hexadecimal digits and 16 letters of proof: lower case, as mail servers may change it,
and saying nothing about the person.
"""

import hmac
import re
from base64 import b32encode
from enum import StrEnum
from uuid import UUID

from compliance.domain_records import BOUNCES
from tenancy.keyring import current_keys

PROOF_BYTES = 10
TOKEN = re.compile(r"([0-9a-f]{32})([a-z2-7]{16})\Z")


class TokenBroken(Exception):
    """The address was made up, altered, or belongs to another workspace."""


class Way(StrEnum):
    """What the address is for; each has a key of its own. The value stands before the plus sign."""

    BOUNCE = "b"
    REPLY = "r"
    UNSUBSCRIBE = "u"


KEYS = {
    Way.BOUNCE: "return-path",
    Way.REPLY: "reply-path",
    Way.UNSUBSCRIBE: "unsubscribe-path",
}


def local_part(way: Way, message: UUID, key: bytes) -> str:
    """What stands before the @; `key` is the tenant's own for this way."""
    return f"{way}+{message.hex}{_proof(message, key)}"


def address(way: Way, message: UUID, domain: str, key: bytes) -> str:
    """Below the bounce domain of the sender's, whose MX leads to us."""
    return f"{local_part(way, message, key)}@{BOUNCES}{domain}"


def reply_address(message: UUID, domain: str) -> str:
    """Where answers to the message go."""
    return address(Way.REPLY, message, domain, key_of(Way.REPLY))


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
