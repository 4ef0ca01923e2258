"""Links in mail that name a person to us and to nobody else.

A token is the tenant, the person and a truncated HMAC: it holds no PHI and cannot be forged. It
opens what its audience is for and nothing more; it is no sign-in.
"""

import base64
import binascii
import hmac
from uuid import UUID

from tenancy.keyring import KeysSwitchedOff, KeyUnavailable, keys_of
from tenancy.scope import current_tenant_id

MAC_BYTES = 16
PREFERENCES = "preferences"


class TokenBroken(Exception):
    """The link was cut short, altered, or never ours."""


def make(audience: str, contact_id: UUID) -> str:
    """64 letters that fit in one line of a mail."""
    tenant_id = current_tenant_id()
    named = tenant_id.bytes + contact_id.bytes
    return base64.urlsafe_b64encode(named + _mac(tenant_id, audience, named)).decode()


def read(audience: str, token: str) -> tuple[UUID, UUID]:
    """The tenant and the person. Raises TokenBroken."""
    try:
        signed = base64.b64decode(token, altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise TokenBroken from error
    named, mac = signed[:32], signed[32:]
    if len(signed) != 32 + MAC_BYTES:
        raise TokenBroken
    tenant_id = UUID(bytes=named[:16])
    try:
        expected = _mac(tenant_id, audience, named)
    except KeysSwitchedOff:
        raise
    except KeyUnavailable as error:
        raise TokenBroken from error
    if not hmac.compare_digest(mac, expected):
        raise TokenBroken
    return tenant_id, UUID(bytes=named[16:])


def _mac(tenant_id: UUID, audience: str, named: bytes) -> bytes:
    key = keys_of(tenant_id).derive(f"link|{audience}")
    return hmac.digest(key, named, "sha256")[:MAC_BYTES]
