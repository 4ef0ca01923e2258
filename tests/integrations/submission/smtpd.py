"""The listeners for programs that send, running in a thread of the test."""

import asyncio
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from delivery.inbound.doorkeeper import Doorkeeper
from delivery.inbound.serving import Listener, listening
from integrations.submission import listener

NAME = "localhost"


class Ports(NamedTuple):
    starttls: int
    implicit: int


@contextmanager
def running(tls: ssl.SSLContext) -> Iterator[Ports]:
    loop = asyncio.new_event_loop()
    ended, ready = asyncio.Event(), threading.Event()
    found: list[int] = []
    both = [
        Listener(0, _protocol(tls, is_implicit=False)),
        Listener(0, _protocol(tls, is_implicit=True), tls),
    ]

    async def serve() -> None:
        async with listening("127.0.0.1", both) as ports:
            found.extend(ports)
            ready.set()
            await ended.wait()

    thread = threading.Thread(target=loop.run_until_complete, args=[serve()])
    thread.start()
    ready.wait()
    try:
        yield Ports(*found)
    finally:
        loop.call_soon_threadsafe(ended.set)
        thread.join()
        loop.close()


def _protocol(tls, *, is_implicit):
    return listener.protocol(
        hostname=NAME, tls=tls, doorkeeper=Doorkeeper(), is_implicit=is_implicit
    )
