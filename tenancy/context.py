"""The signed tenant context that PostgreSQL checks before it shows a row.

Injected SQL can set any setting, but cannot sign it: the key is out of the runtime role's reach.
"""

import hmac
import time
from functools import lru_cache
from typing import NamedTuple
from uuid import UUID

from tenancy import keyring
from tenancy.keyring import ContextKey

SETTING = "sealpost.context"
# Longer than any transaction may last; a token is renewed well before it ends.
LIFETIME_SECONDS = 900
RENEW_EVERY_SECONDS = 300
SHA256_BLOCK_BYTES = 64


class Token(NamedTuple):
    """What goes into the transaction, and when (Unix time) it stops to count."""

    text: str
    expires: int


def token(tenant_id: UUID) -> Token:
    """`key id|tenant|expiry|HMAC-SHA256`, valid for 10 to 15 minutes."""
    return _token(tenant_id, int(time.time()) // RENEW_EVERY_SECONDS, keyring.context_key())


@lru_cache(maxsize=4096)
def _token(tenant_id: UUID, period: int, key: ContextKey) -> Token:
    expires = period * RENEW_EVERY_SECONDS + LIFETIME_SECONDS
    return Token(signed(f"{key.number}|{tenant_id}|{expires}", key), expires)


def signed(claim: str, key: ContextKey) -> str:
    """`claim` with its MAC, as the database checks it."""
    return f"{claim}|{hmac.new(key.key, claim.encode(), 'sha256').hexdigest()}"


class Claim(NamedTuple):
    """What a function of the database wants to see before it does more than rows' owners may."""

    number: int
    mac: bytes


def claim(text: str) -> Claim:
    """`text` signed for this moment's key: SQL alone cannot make one."""
    key = keyring.context_key()
    return Claim(key.number, bytes.fromhex(signed(f"{key.number}|{text}", key).rpartition("|")[2]))


def hmac_pads(key: bytes) -> tuple[bytes, bytes]:
    """Inner and outer padded key (RFC 2104), as the database stores them: it has sha256() but no hmac()."""
    block = key.ljust(SHA256_BLOCK_BYTES, b"\0")
    return bytes(b ^ 0x36 for b in block), bytes(b ^ 0x5C for b in block)
