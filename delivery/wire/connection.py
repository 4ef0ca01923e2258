"""Bytes to and from a mail server, over a socket that never blocks.

TCP_NODELAY is its most important option: without it each message waits 44 ms for a delayed
acknowledgment.
"""

import errno
import select
import socket
import ssl
import time
from datetime import timedelta

from delivery.wire import tls
from delivery.wire.conversation import Conversation, Ready
from delivery.wire.reply import LINE_LIMIT, MalformedReply

CHUNK = 65_536
UNDER_WAY = frozenset({errno.EINPROGRESS, errno.EALREADY})


class Connection:
    """In clear until `secure`. Reading and writing raise OSError, as sockets do."""

    def __init__(self, connected: socket.socket) -> None:
        connected.setblocking(False)
        connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket = connected
        self._buffer = b""

    @property
    def has_unread(self) -> bool:
        """Whether something was received that nobody asked for yet."""
        return bool(self._buffer)

    def write(self, data: bytes, patience: timedelta) -> Conversation[None]:
        """All of it, within that time."""
        until = time.monotonic() + patience.total_seconds()
        left = memoryview(data)
        while left:
            try:
                left = left[self._socket.send(left) :]
            except (BlockingIOError, ssl.SSLWantWriteError):
                yield Ready(self._socket, select.POLLOUT, until)
            except ssl.SSLWantReadError:
                yield Ready(self._socket, select.POLLIN, until)

    def line_at_hand(self) -> bytes | None:
        """The next line, without its end, if all of it has come."""
        end = self._buffer.find(b"\n")
        if end < 0:
            return None
        line, self._buffer = self._buffer[:end], self._buffer[end + 1 :]
        return line.removesuffix(b"\r")

    def receive(self, until: float) -> Conversation[None]:
        """More of what the server says."""
        if len(self._buffer) > LINE_LIMIT:
            raise MalformedReply("The line does not end.")
        while True:
            try:
                received = self._socket.recv(CHUNK)
            except (BlockingIOError, ssl.SSLWantReadError):
                yield Ready(self._socket, select.POLLIN, until)
            except ssl.SSLWantWriteError:
                yield Ready(self._socket, select.POLLOUT, until)
            else:
                break
        if not received:
            raise ConnectionResetError("The server closed the connection.")
        self._buffer += received

    def secure(
        self, context: ssl.SSLContext, server_name: str, patience: timedelta
    ) -> Conversation[ssl.SSLSocket]:
        """Change to TLS. Raises TlsUnavailable."""
        secured = tls.begun(self._socket, context, server_name)
        self._socket = secured
        yield from tls.shaken_hands(secured, time.monotonic() + patience.total_seconds())
        return secured

    def has_spoken(self) -> bool:
        """Whether bytes, or the end, wait to be read though nothing was asked."""
        if not self._buffer:
            try:
                self._buffer = self._socket.recv(CHUNK)
            except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
                return False  # nothing, or a session ticket, which is not a word
            except OSError:
                return True
        return True

    def say_last(self, data: bytes) -> None:
        """Write as much as goes without waiting, and close."""
        try:
            self._socket.send(data)
        except OSError:
            pass
        finally:
            self.close()

    def close(self) -> None:
        """Drop it as it is."""
        self._socket.close()


def connected(
    address: str, port: int, patience: timedelta, *, source: str | None
) -> Conversation[Connection]:
    """A connection to this address, from ours if `source` says which. Raises OSError."""
    plain = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET)
    try:
        plain.setblocking(False)
        if source:
            plain.bind((source, 0))
        yield from _reach(plain, (address, port), time.monotonic() + patience.total_seconds())
    except BaseException:
        plain.close()
        raise
    return Connection(plain)


def _reach(plain: socket.socket, where: tuple[str, int], until: float) -> Conversation[None]:
    while (error := plain.connect_ex(where)) in UNDER_WAY:
        yield Ready(plain, select.POLLOUT, until)
    if error not in {0, errno.EISCONN}:
        raise OSError(error, "no connection")
