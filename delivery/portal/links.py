"""Addresses of portal messages. The path names tenant and item; the key stands after the #."""

import base64
import binascii
from typing import NamedTuple
from uuid import UUID

from delivery.escrow import keys
from tenancy.origins import url_on
from tenancy.scope import current_tenant_id


class BrokenLink(Exception):
    """The path is not one that we ever wrote."""


class Door(NamedTuple):
    tenant_id: UUID
    item_id: UUID


def link_to(item_id: UUID, link_key: bytes, *, language: str) -> str:
    """The whole link, for the notice and for nothing else: it opens the message.

    The language is the notice's own, so that the first page speaks it to whoever holds the link,
    without a look at the item: the page is the same for every item, known or not.
    """
    page = url_on("portal", f"/m/{token_of(item_id)}")
    return f"{page}?in={language}#{keys.to_fragment(link_key)}"


def token_of(item_id: UUID) -> str:
    """What names an item of the tenant in scope."""
    named = current_tenant_id().bytes + item_id.bytes
    return base64.urlsafe_b64encode(named).rstrip(b"=").decode()


def read_token(token: str) -> Door:
    """Raises BrokenLink."""
    try:
        decoded = base64.b64decode(token + "=", altchars=b"-_", validate=True)
        return Door(UUID(bytes=decoded[:16]), UUID(bytes=decoded[16:]))
    except (binascii.Error, ValueError) as error:
        raise BrokenLink from error
