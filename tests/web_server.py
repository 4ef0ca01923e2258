"""A web server on loopback that says, over TLS, whatever a test wants, and remembers what it was asked."""

import contextlib
import socket
import ssl
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tenancy.fetch import Door

NAME = "hooks.clinic.example"


def plain(body: bytes, *, status: str = "200 OK", more: str = "") -> bytes:
    head = f"HTTP/1.1 {status}\r\nContent-Type: text/plain\r\nContent-Length: {len(body)}\r\n{more}"
    return f"{head}\r\n".encode() + body


@dataclass
class WebServer:
    """`says` are the pieces of the answer, sent with `pause` seconds before each."""

    certificate: Path
    says: Iterable[bytes] = (plain(b"ok"),)
    pause: float = 0.0
    handshakes: bool = True
    port: int = 0
    asked: list[bytes] = field(default_factory=list)
    names: list[str | None] = field(default_factory=list)
    connections: int = 0

    @contextmanager
    def serving(self) -> Iterator["WebServer"]:
        listener = socket.create_server(("127.0.0.1", 0), backlog=16)
        self.port = listener.getsockname()[1]
        threading.Thread(target=self._accept, args=[listener], daemon=True).start()
        try:
            yield self
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            listener.close()

    def door(self, trusted: Path, **ways: object) -> Door:
        """A door that may reach this server and nothing else."""
        trust = ssl.create_default_context(cafile=str(trusted))
        leads = {
            "resolve": lambda _name: ["127.0.0.1"],
            "may_reach": lambda address: address == "127.0.0.1",
        }
        return Door(trust=trust, ports=frozenset({self.port}), **{**leads, **ways})

    def url(self, path: str = "/hook") -> str:
        return f"https://{NAME}:{self.port}{path}"

    def _accept(self, listener: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = listener.accept()
                self.connections += 1
                threading.Thread(target=self._talk, args=[connection], daemon=True).start()

    def _talk(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError), connection:
            if not self.handshakes:
                connection.recv(1)
                time.sleep(30)
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(self.certificate)
            context.sni_callback = lambda _socket, name, _context: self.names.append(name)
            with context.wrap_socket(connection, server_side=True) as secured:
                self.asked.append(_request(secured))
                for piece in self.says:
                    time.sleep(self.pause)
                    secured.sendall(piece)
                with contextlib.suppress(ssl.SSLError):
                    secured.unwrap()


def _request(secured: ssl.SSLSocket) -> bytes:
    """The head, and as much body as its Content-Length says."""
    received = b""
    while b"\r\n\r\n" not in received:
        received += secured.recv(4096)
    head, _, body = received.partition(b"\r\n\r\n")
    lengths = [line for line in head.split(b"\r\n") if line.startswith(b"Content-Length:")]
    expected = int(lengths[0].partition(b":")[2]) if lengths else 0
    while len(body) < expected:
        body += secured.recv(4096)
    return head + b"\r\n\r\n" + body
