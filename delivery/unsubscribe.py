"""How a person stops a kind of mail: a link (RFC 8058) and an address (RFC 2369) of each message's own.

They name the message, say nothing about the person, and cannot be forged.
"""

import base64
import binascii
import hmac
from dataclasses import dataclass, field
from uuid import UUID

from delivery.inbound.tokens import Way, address, key_of
from tenancy.keyring import KeysSwitchedOff, KeyUnavailable, current_keys
from tenancy.origins import url_on
from tenancy.scope import current_tenant_id

ONE_CLICK = ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click")
MAC_BYTES = 16
TOKEN_BYTES = 16 + 16 + MAC_BYTES


class LinkBroken(Exception):
    """The link was cut short, altered, or never ours."""


@dataclass(frozen=True)
class Signer:
    """Makes and checks the tokens of one tenant; the keys are the tenant's own, kept for a chunk."""

    tenant_id: UUID
    key: bytes = field(repr=False)
    address_key: bytes = field(repr=False)

    def link(self, message_id: UUID) -> str:
        return url_on("links", f"/u/{self.token(message_id)}")

    def list_fields(self, message_id: UUID, domain: str) -> tuple[tuple[str, str], ...]:
        """One click by HTTPS first, then mail, for programs that know no other way.

        RFC 8058 wants one HTTPS address, RFC 2369 the one that is liked best first.
        """
        mail_to = address(Way.UNSUBSCRIBE, message_id, domain, self.address_key)
        ways = f"<{self.link(message_id)}>, <mailto:{mail_to}?subject=unsubscribe>"
        return (("List-Unsubscribe", ways), ONE_CLICK)

    def token(self, message_id: UUID) -> str:
        """64 letters that name the message, say nothing about the person, and fit one header line."""
        named = self.tenant_id.bytes + message_id.bytes
        return base64.urlsafe_b64encode(named + self._mac(named)).decode()

    def check(self, token: str) -> UUID:
        """The message that the token names. Raises LinkBroken."""
        signed = _decoded(token)
        named, mac = signed[:-MAC_BYTES], signed[-MAC_BYTES:]
        if not hmac.compare_digest(mac, self._mac(named)):
            raise LinkBroken
        return UUID(bytes=named[16:])

    def _mac(self, named: bytes) -> bytes:
        return hmac.digest(self.key, named, "sha256")[:MAC_BYTES]


def tenant_of(token: str) -> UUID:
    """Whose link it claims to be, to be believed only after Signer.check. Raises LinkBroken."""
    return UUID(bytes=_decoded(token)[:16])


def _decoded(token: str) -> bytes:
    try:
        decoded = base64.b64decode(token, altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise LinkBroken from error
    if len(decoded) != TOKEN_BYTES:
        raise LinkBroken
    return decoded


def checked(token: str) -> UUID:
    """The message that a token of the tenant in scope names. Raises LinkBroken, also without a tenant."""
    try:
        return signer().check(token)
    except KeysSwitchedOff:
        raise
    except KeyUnavailable as error:
        raise LinkBroken from error


def signer() -> Signer:
    """That of the tenant in scope."""
    return Signer(
        current_tenant_id(), current_keys().derive("unsubscribe"), key_of(Way.UNSUBSCRIBE)
    )
