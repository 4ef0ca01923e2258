"""The listener of the name that bounce domains point to: takes what comes back, and nothing else."""

import asyncio
import ssl
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from django.db import close_old_connections

from delivery.inbound import accepting
from delivery.inbound.accepting import Arrival
from delivery.inbound.doorkeeper import Doorkeeper, GuardedSmtp, Reticent
from delivery.inbound.recipients import NotOurs, destination_of

LARGEST = 5_000_000
RECIPIENTS = 20
# Who guesses addresses is not told more.
GUESSES = 10

T = TypeVar("T")


def protocol(
    *, hostname: str, tls: ssl.SSLContext | None, doorkeeper: Doorkeeper
) -> Callable[[], GuardedSmtp]:
    """Makes the server's half of each connection."""
    handler = Returns()
    return lambda: GuardedSmtp(
        handler,
        doorkeeper,
        hostname=hostname,
        tls_context=tls,
        data_size_limit=LARGEST,
        enable_SMTPUTF8=True,
    )


class Database:
    """Threads for what asks the database, each with a connection of its own."""

    def __init__(self, threads: int = 4) -> None:
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="smtpd")

    async def run(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, _fresh, work)


def _fresh(work: Callable[[], T]) -> T:
    """A connection that broke is left behind, so that the next mail gets a new one."""
    close_old_connections()
    try:
        return work()
    finally:
        close_old_connections()


class Returns(Reticent):
    """aiosmtpd's hooks. What they return is the answer to the server."""

    def __init__(self) -> None:
        self._database = Database()

    async def handle_MAIL(  # noqa: N802 aiosmtpd's name
        self, server: Any, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        envelope.mail_from = address  # "<>" for the null sender: empty would mean no MAIL yet
        envelope.mail_options.extend(options)
        envelope.destinations = []
        return "250 2.1.0 Go on"

    async def handle_RCPT(  # noqa: N802 aiosmtpd's name and signature
        self, server: Any, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        guesses = getattr(session, "guesses", 0)
        if guesses >= GUESSES:
            return "421 4.7.0 Too many unknown addresses"
        if len(envelope.destinations) >= RECIPIENTS:
            return "452 4.5.3 Too many recipients"
        sender = _sender(envelope)
        try:
            destination = await self._database.run(lambda: destination_of(address, sender))
        except NotOurs as refusal:
            session.guesses = guesses + 1
            return str(refusal)
        envelope.rcpt_tos.append(address)
        envelope.destinations.append((address, destination))
        return "250 2.1.5 Go on"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        secured = session.ssl
        connection = secured["ssl_object"] if secured else None
        arrival = Arrival(
            _sender(envelope),
            tuple(envelope.destinations),
            bytes(envelope.original_content),
            (connection.version() or "") if connection else "",
        )
        try:
            await self._database.run(lambda: accepting.keep(arrival))
        except NotOurs as refusal:
            return str(refusal)
        return "250 2.0.0 Kept"


def _sender(envelope: Any) -> str:
    """Bytes that are no text (RFC 6531) become question marks."""
    sender = str(envelope.mail_from).encode(errors="replace").decode()
    return "" if sender == "<>" else sender
