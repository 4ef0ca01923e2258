"""Several listeners in one process, until it is told to end."""

import asyncio
import signal
import ssl
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

# Who is in the middle of a mail may finish it.
GRACE_SECONDS = 4.0


@dataclass(frozen=True)
class Listener:
    """`tls` is for a port that is encrypted from its first byte on; STARTTLS is the protocol's."""

    port: int
    protocol: Callable[[], asyncio.Protocol]
    tls: ssl.SSLContext | None = None


@asynccontextmanager
async def listening(bind: str, listeners: Sequence[Listener]) -> AsyncIterator[list[int]]:
    """Take connections inside the block. Gives the ports, as 0 lets the system choose one."""
    loop = asyncio.get_running_loop()
    servers = [
        await loop.create_server(each.protocol, bind, each.port, ssl=each.tls) for each in listeners
    ]
    try:
        yield [server.sockets[0].getsockname()[1] for server in servers]
    finally:
        for server in servers:
            server.close()


async def until_told(
    bind: str, listeners: Sequence[Listener], *, ready: Callable[[], None]
) -> None:
    """Serve until SIGTERM or SIGINT."""
    told = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, told.set)
    async with listening(bind, listeners):
        ready()
        await told.wait()
    await _drained()


async def _drained() -> None:
    others = asyncio.all_tasks() - {asyncio.current_task()}
    if others:
        await asyncio.wait(others, timeout=GRACE_SECONDS)
