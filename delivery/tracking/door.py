"""What a counted link or a dot answers, and what is noted of it. No database but for a table's first link."""

import base64
from uuid import UUID

from delivery.tracking import tables, tokens
from delivery.tracking.machines import PROBE
from delivery.tracking.stream import Outbox
from delivery.tracking.tokens import TokenBroken
from tenancy.keyring import KeyUnavailable, keys_of

DOT = base64.b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")
NO_LINK = -1

outbox = Outbox()


def follow(token: str, number: int, *, method: str, sign: int) -> str:
    """The address that the author wrote, never one that the request names.

    Raises TokenBroken, and KeyUnavailable where the tenant's keys do not work.
    """
    mark = tokens.check(token)
    target = tables.target(UUID(bytes=mark.tenant), mark.reference, number)
    outbox.add(mark, number, sign if method == "GET" else PROBE)
    return target


def load(token: str, *, method: str, sign: int) -> None:
    """Note it. The answer is the same dot for every token: it tells nobody which are ours."""
    try:
        mark = tokens.check(token)
        keys_of(UUID(bytes=mark.tenant))
    except (TokenBroken, KeyUnavailable):
        return
    if method == "GET":
        outbox.add(mark, NO_LINK, sign)
