"""The signed tenant context that PostgreSQL checks before it shows a row.

Injected SQL can set any setting, but cannot sign it: the key is out of the runtime role's reach.
"""

import hmac
import time
from functools import lru_cache
from uuid import UUID

from tenancy.keyring import keys_of
from tenancy.scope import PLATFORM_TENANT_ID

SETTING = "sealpost.context"
KEY_ID = 1
# Longer than any transaction may last; a token is renewed well before it ends.
LIFETIME_SECONDS = 900
RENEW_EVERY_SECONDS = 300
SHA256_BLOCK_BYTES = 64


def token(tenant_id: UUID) -> str:
    """`key id|tenant|expiry|HMAC-SHA256`, valid for 10 to 15 minutes."""
    return _token(tenant_id, int(time.time()) // RENEW_EVERY_SECONDS)


@lru_cache(maxsize=4096)
def _token(tenant_id: UUID, period: int) -> str:
    expires = period * RENEW_EVERY_SECONDS + LIFETIME_SECONDS
    claim = f"{KEY_ID}|{tenant_id}|{expires}"
    return f"{claim}|{hmac.new(_signing_key(), claim.encode(), 'sha256').hexdigest()}"


def hmac_pads() -> tuple[bytes, bytes]:
    """Inner and outer padded key (RFC 2104), as the database stores them: it has sha256() but no hmac()."""
    block = _signing_key().ljust(SHA256_BLOCK_BYTES, b"\0")
    return bytes(b ^ 0x36 for b in block), bytes(b ^ 0x5C for b in block)


def _signing_key() -> bytes:
    return keys_of(PLATFORM_TENANT_ID).derive(f"tenant-context|{KEY_ID}")
