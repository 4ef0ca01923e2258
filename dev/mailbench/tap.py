"""Every byte that went to a mail server over loopback, as somebody on the wire would see it."""

import contextlib
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

IP = 0x0800
SO_RCVBUFFORCE = 33  # asm-generic/socket.h
ROOM = 64 << 20
ETHERNET = 14
TCP = 6
SMTP = 25


@dataclass
class Tap:
    """Reads what the kernel kept for it, when it is asked."""

    socket: socket.socket
    segments: dict[str, bytearray] = field(default_factory=dict)

    def sent_to(self, address: str) -> bytes:
        """All that clients wrote to port 25 of the address."""
        self._read()
        return bytes(self.segments.get(address, b""))

    def sent(self) -> bytes:
        """The same for all mail servers."""
        self._read()
        return b"".join(self.segments.values())

    def _read(self) -> None:
        with contextlib.suppress(BlockingIOError):
            while True:
                self._keep(self.socket.recv(1 << 17)[ETHERNET:])

    def _keep(self, datagram: bytes) -> None:
        if datagram[9] != TCP:
            return
        segment = datagram[(datagram[0] & 15) * 4 :]
        if int.from_bytes(segment[2:4]) == SMTP:
            to = socket.inet_ntoa(datagram[16:20])
            self.segments.setdefault(to, bytearray()).extend(segment[(segment[12] >> 4) * 4 :])


@contextmanager
def tapping() -> Iterator[Tap]:
    """Listen on the loopback of this thread's network. Needs root."""
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(IP)) as listener:
        listener.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, ROOM)
        listener.bind(("lo", IP))
        listener.setblocking(False)
        yield Tap(listener)
