"""The listener for what comes back, running in a thread of the test."""

import asyncio
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from delivery.inbound import listener
from delivery.inbound.doorkeeper import Doorkeeper
from delivery.inbound.serving import Listener, listening


@contextmanager
def running(
    tls: ssl.SSLContext | None,
    doorkeeper: Doorkeeper | None = None,
    *,
    bind: str = "127.0.0.1",
    port: int = 0,
) -> Iterator[int]:
    """Gives its port."""
    loop = asyncio.new_event_loop()
    ended, ports = asyncio.Event(), []
    ready = threading.Event()
    protocol = listener.protocol(
        hostname="mx.returns.example", tls=tls, doorkeeper=doorkeeper or Doorkeeper()
    )

    async def serve() -> None:
        async with listening(bind, [Listener(port, protocol)]) as found:
            ports.extend(found)
            ready.set()
            await ended.wait()

    thread = threading.Thread(target=loop.run_until_complete, args=[serve()])
    thread.start()
    ready.wait()
    try:
        yield ports[0]
    finally:
        loop.call_soon_threadsafe(ended.set)
        thread.join()
        loop.close()
