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
from delivery.wire.tls_layer import CHUNK, TlsLayer

UNDER_WAY = frozenset({errno.EINPROGRESS, errno.EALREADY})


class Connection:
    """In clear until `secure`. Reading and writing raise OSError, as sockets do."""

    def __init__(self, connected: socket.socket) -> None:
        connected.setblocking(False)
        connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket = connected
        self._tls: TlsLayer | None = None
        self._buffer = b""

    @property
    def has_unread(self) -> bool:
        """Whether something was received that nobody asked for yet."""
        return bool(self._buffer)

    def write(self, data: bytes, patience: timedelta) -> Conversation[None]:
        """All of it, within that time."""
        until = time.monotonic() + patience.total_seconds()
        tls_layer = self._tls
        if tls_layer is None:
            return (yield from self._send(data, until))
        whole = memoryview(data)
        for start in range(0, len(data), CHUNK):
            yield from self._send(tls_layer.seal(whole[start : start + CHUNK]), until)

    def _send(self, data: bytes, until: float) -> Conversation[None]:
        left = memoryview(data)
        while left:
            try:
                left = left[self._socket.send(left) :]
            except BlockingIOError:
                yield Ready(self._socket, select.POLLOUT, until)

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
        had = len(self._buffer)
        while len(self._buffer) == had:  # a session ticket is not a word
            self._accept((yield from self._received(until)))

    def _received(self, until: float) -> Conversation[bytes]:
        while True:
            try:
                return self._socket.recv(CHUNK)
            except BlockingIOError:
                yield Ready(self._socket, select.POLLIN, until)

    def _accept(self, received: bytes) -> None:
        """Raises ConnectionResetError once the server has ended it."""
        opened = received
        if self._tls and received:
            self._tls.take(received)
            opened = self._tls.open()
        if not received or (not opened and self._tls and self._tls.is_ended):
            raise ConnectionResetError("The server closed the connection.")
        self._buffer += opened

    def secure(
        self, context: ssl.SSLContext, server_name: str, patience: timedelta
    ) -> Conversation[ssl.SSLObject]:
        """Change to TLS. Raises TlsUnavailable."""
        layer = TlsLayer(context, server_name)
        until = time.monotonic() + patience.total_seconds()
        yield from tls.shaken_hands(self._shaking(layer, until))
        self._tls = layer
        self._buffer = layer.open()
        return layer.session

    def _shaking(self, layer: TlsLayer, until: float) -> Conversation[None]:
        is_shaken = False
        while not is_shaken:
            try:
                is_shaken = layer.is_shaken()
            finally:  # where it fails, the server hears why
                yield from self._send(layer.seal(), until)
            if not is_shaken:
                received = yield from self._received(until)
                if not received:
                    raise ConnectionResetError("The server closed the connection.")
                layer.take(received)

    def has_spoken(self) -> bool:
        """Whether bytes, or the end, wait to be read though nothing was asked."""
        if not self._buffer:
            try:
                self._accept(self._socket.recv(CHUNK))
            except BlockingIOError:
                return False
            except OSError:
                return True
        return bool(self._buffer)

    def say_last(self, data: bytes) -> None:
        """Write as much as goes without waiting, and close."""
        try:
            self._socket.send(self._tls.seal(data) if self._tls else data)
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
