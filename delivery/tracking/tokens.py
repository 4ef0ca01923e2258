"""Tokens in counted links and dots: they name a message, say nothing about anybody, and cannot be forged.

The MAC is under a key of the platform's, not the tenant's (ADR 50): a made-up token costs two
microseconds and no look at any database. What a token leads to is sealed under the tenant's own key.
"""

import base64
import binascii
import hmac
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple
from uuid import UUID

from tenancy.keyring import TenantKeys, keys_of
from tenancy.scope import PLATFORM_TENANT_ID

REFERENCE_BYTES = 8
MAC_BYTES = 14
NAMED_BYTES = 16 + 16 + REFERENCE_BYTES
TOKEN_BYTES = NAMED_BYTES + MAC_BYTES
TOKEN_LETTERS = 72


class TokenBroken(Exception):
    """The address was cut short, altered, or never ours."""


class Mark(NamedTuple):
    """What a token names: whose message, which, and the table of its links."""

    tenant: bytes
    message: bytes
    reference: bytes


@dataclass(frozen=True, slots=True)
class Marker:
    """Makes the tokens of one campaign's messages."""

    start: bytes
    reference: bytes
    key: bytes = field(repr=False)

    def token(self, message_id: UUID) -> str:
        """72 letters, without one that quoted-printable would have to encode."""
        named = self.start + message_id.bytes + self.reference
        return base64.urlsafe_b64encode(named + _mac(self.key, named)).decode()


def marker(tenant_id: UUID, reference: bytes) -> Marker:
    return Marker(tenant_id.bytes, reference, _key())


def check(token: str) -> Mark:
    """What the token names. Raises TokenBroken."""
    try:
        signed = base64.b64decode(token, altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise TokenBroken from error
    if len(signed) != TOKEN_BYTES:
        raise TokenBroken
    named = signed[:NAMED_BYTES]
    if not hmac.compare_digest(signed[NAMED_BYTES:], _mac(_key(), named)):
        raise TokenBroken
    return Mark(named[:16], named[16:32], named[32:])


def _mac(key: bytes, named: bytes) -> bytes:
    return hmac.digest(key, named, "sha256")[:MAC_BYTES]


def _key() -> bytes:
    return _derived(keys_of(PLATFORM_TENANT_ID))


@lru_cache(maxsize=1)
def _derived(keys: TenantKeys) -> bytes:
    return keys.derive("tracking")
