"""What every listener has: how many may talk at once, for how long, and that no trouble is told."""

import asyncio
import logging
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from aiosmtpd.smtp import SMTP

logger = logging.getLogger(__name__)

# A server that drips its mail byte by byte holds a place no longer than this.
SESSION_SECONDS = 900
IDLE_SECONDS = 120
# Lines beyond RFC 5321 4.5.3.1.6 are frequent in what mail servers write by themselves.
LONGEST_LINE = 100_000
CALLS = {"*": 30, "MAIL": 200, "RCPT": 400, "DATA": 200, "RSET": 200}


@dataclass
class Doorkeeper:
    """Counts who is inside. One for each listener."""

    in_all: int = 60
    per_address: int = 10
    inside: Counter[str] = field(default_factory=Counter)

    def enters(self, address: str) -> bool:
        if self.inside.total() >= self.in_all or self.inside[address] >= self.per_address:
            return False
        self.inside[address] += 1
        return True

    def leaves(self, address: str) -> None:
        self.inside[address] -= 1
        if self.inside[address] <= 0:
            del self.inside[address]


class GuardedSmtp(SMTP):
    """aiosmtpd's server behind a doorkeeper, with an end for each session."""

    line_length_limit = LONGEST_LINE

    def __init__(self, handler: object, doorkeeper: Doorkeeper, **options: Any) -> None:
        super().__init__(
            handler, timeout=IDLE_SECONDS, ident="ESMTP", command_call_limit=CALLS, **options
        )
        self._doorkeeper = doorkeeper
        self._address: str | None = None
        self._end: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Called once more after STARTTLS, for somebody who is inside already."""
        if self._address is None and not self._lets_in(transport):
            return
        super().connection_made(transport)

    def _lets_in(self, transport: Any) -> bool:
        address = str((transport.get_extra_info("peername") or ("",))[0])
        if not self._doorkeeper.enters(address):
            transport.write(b"421 4.7.0 Too many connections, come back later\r\n")
            transport.close()
            return False
        self._address = address
        self._end = self.loop.call_later(SESSION_SECONDS, transport.abort)
        return True

    def eof_received(self) -> bool | None:
        return super().eof_received() if self._address is not None else None

    def connection_lost(self, error: Exception | None) -> None:
        if self._address is None:
            return
        self._doorkeeper.leaves(self._address)
        if self._end is not None:
            self._end.cancel()
        super().connection_lost(error)


class Reticent:
    """Base of handlers: what went wrong in here is ours to know."""

    async def handle_exception(self, error: Exception) -> str:
        logger.error("a mail could not be taken", exc_info=error)
        return "451 4.3.0 Not now, try again later"
