"""A TLS connection that ends at one moment and after one number of bytes, however slowly both come.

A socket's own time limit starts anew with each byte; a server that sends one a second is never late.
"""

import io
import socket
import ssl
import time
from types import TracebackType
from typing import Self

_PIECE = 16 * 1024


class TooManyBytes(Exception):
    """The other side sent more than it may."""


class TimedSocket:
    """What http.client needs of a socket, and a `write` that keeps to the same deadline."""

    def __init__(self, secured: ssl.SSLSocket, *, deadline: float, most_bytes: int) -> None:
        self._secured = secured
        self._deadline = deadline
        self._bytes_left = most_bytes

    @classmethod
    def connect(
        cls,
        where: tuple[str, int],
        trust: ssl.SSLContext,
        name: str,
        *,
        patience: float,
        deadline: float,
        most_bytes: int,
    ) -> Self:
        """To an address, under a certificate for `name`. Raises OSError, as ssl and socket do."""
        plain = socket.create_connection(where, min(patience, _left(deadline)))
        try:
            plain.settimeout(_left(deadline))
            # An end that nobody announced could hide that a part is missing.
            secured = trust.wrap_socket(plain, server_hostname=name, suppress_ragged_eofs=False)
        except OSError:
            plain.close()
            raise
        return cls(secured, deadline=deadline, most_bytes=most_bytes)

    def write(self, content: bytes) -> None:
        """Raises TimeoutError at the deadline."""
        rest = memoryview(content)
        while rest:
            self._secured.settimeout(_left(self._deadline))
            rest = rest[self._secured.send(rest[:_PIECE]) :]

    def receive_into(self, buffer: memoryview) -> int:
        """Raises TimeoutError at the deadline, TooManyBytes beyond the limit."""
        self._secured.settimeout(_left(self._deadline))
        count = self._secured.recv_into(buffer, min(len(buffer), _PIECE))
        self._bytes_left -= count
        if self._bytes_left < 0:
            raise TooManyBytes
        return count

    def makefile(self, _mode: str) -> io.BufferedReader:
        """As http.client asks for it."""
        return io.BufferedReader(_Received(self))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._secured.close()


class _Received(io.RawIOBase):
    def __init__(self, connection: TimedSocket) -> None:
        self._connection = connection

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "bytearray | memoryview") -> int:  # type: ignore[override]
        return self._connection.receive_into(memoryview(buffer))


def _left(deadline: float) -> float:
    """Seconds until then. Raises TimeoutError when there are none."""
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left
