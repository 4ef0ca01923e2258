"""A mail server that misbehaves on purpose, in threads, and remembers every byte it was sent."""

import contextlib
import socket
import ssl
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding

from dev.sandbox.authority import Authority, issue, new_authority

NAME = "mx.x.example"
# What a server that knows nothing newer than TLS 1.1 answers to our hello (RFC 8446 6.2).
PROTOCOL_VERSION_ALERT = bytes.fromhex("15 0301 0002 0246")
REFUSED_AT_DOT = {
    "nouser": "554 5.5.1 no recipients",
    "busy_at_dot": "421 4.3.2 closing",
    "spam": "554 5.7.1 looks like spam",
}
# To DATA, by those who pay no heed to pipelines.
NO_RECIPIENT = dict.fromkeys(("unknown", "greylist", "full"), "503 5.5.1 no recipient") | {
    "unknown_and_closing": "421 4.7.0 too many errors"
}
FOREVER = datetime.now(UTC) + timedelta(days=30)
LONG_AGO = datetime.now(UTC) - timedelta(days=30)


@dataclass(frozen=True)
class Certificates:
    """Files for clients and servers of one test run; `authority` is the one that clients trust."""

    folder: Path
    authority: Authority = field(default_factory=new_authority)

    @property
    def ca_file(self) -> Path:
        file = self.folder / "ca.pem"
        file.write_bytes(self.authority.certificate.public_bytes(Encoding.PEM))
        return file

    def valid(self, name: str = NAME) -> Path:
        return self._issued("valid", self.authority, name, FOREVER)

    def expired(self, name: str = NAME) -> Path:
        return self._issued("expired", self.authority, name, LONG_AGO)

    def untrusted(self, name: str = NAME) -> Path:
        return self._issued("untrusted", new_authority(), name, FOREVER)

    def chained(self, name: str = NAME, expires: datetime = FOREVER) -> Path:
        """With the authority's own certificate behind it, as DANE-TA asks for (RFC 7672 3.1.2)."""
        authority = new_authority()
        file = self.folder / f"chained-{name}.pem"
        root = authority.certificate.public_bytes(Encoding.PEM).decode()
        file.write_text(issue(authority, [name], expires=expires) + root)
        return file

    def _issued(self, kind: str, authority: Authority, name: str, expires: datetime) -> Path:
        file = self.folder / f"{kind}-{name}.pem"
        file.write_text(issue(authority, [name], expires=expires))
        return file


@dataclass(frozen=True)
class Stored:
    """A message that the server took."""

    mail: str
    rcpt: str
    data: bytes
    over_tls: bool

    @property
    def digest(self) -> str:
        return sha256(self.data).hexdigest()


@dataclass
class FaultServer:
    """`tls` is offered, none, refused, injected or old; the modes are the methods of Conversation.

    A recipient whose local part ends in "+mode" gets that mode.
    """

    certificate: Path
    mode: str = "ok"
    tls: str = "offered"
    address: str = "127.0.0.1"
    port: int = 0
    extensions: tuple[str, ...] = ("PIPELINING", "SIZE 1000000", "8BITMIME", "DSN")
    stored: list[Stored] = field(default_factory=list)
    in_clear: list[bytes] = field(default_factory=list)
    commands: list[str] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    connections: int = 0
    peers: list[str] = field(default_factory=list)

    @contextmanager
    def serving(self) -> Iterator["FaultServer"]:
        listener = socket.create_server((self.address, self.port), backlog=128)
        self.port = listener.getsockname()[1]
        threading.Thread(target=self._accept, args=[listener], daemon=True).start()
        try:
            yield self
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            listener.close()

    def _accept(self, listener: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, peer = listener.accept()
                self.connections += 1
                self.peers.append(peer[0])
                threading.Thread(target=self._talk, args=[connection], daemon=True).start()

    def _talk(self, connection: socket.socket) -> None:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        conversation = Conversation(self, connection)
        with contextlib.suppress(OSError):
            conversation.run()
        conversation.socket.close()

    def context(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate)
        return context


class Conversation:
    """One connection. A mode is named by what goes wrong; it acts where its method is asked."""

    def __init__(self, server: FaultServer, connection: socket.socket) -> None:
        self.server = server
        self.socket = connection
        self.buffer = b""
        self.over_tls = False
        self.mail = self.rcpt = ""

    @property
    def mode(self) -> str:
        local = self.rcpt.partition("@")[0]
        return local.partition("+")[2] or self.server.mode

    def run(self) -> None:
        if self.mode == "silent":
            time.sleep(3)
        if self.mode == "drip":
            self.drip(b"220 slowly\r\n")
        if self.mode == "storm":
            return self.say("421 4.3.2 too many connections")
        said = {"banner": "554 5.7.1 not you", "asks": "354 go on"}
        self.say(said.get(self.mode, f"220 {NAME} ready"))
        while line := self.line():
            verb = line.partition(b" ")[0].upper().decode()
            self.server.commands.append(verb)
            self.server.lines.append(line.decode())
            if verb == "QUIT":
                break
            getattr(self, f"on_{verb.lower()}", self.on_unknown)(line)
        return None

    def on_ehlo(self, _line: bytes) -> None:
        if self.mode == "helo":
            return self.say("500 5.5.1 what?")
        if self.mode == "endless":
            self.send(b"250-more\r\n" * 5000)
        offered = [NAME, *self.server.extensions]
        if self.server.tls != "none" and not self.over_tls:
            offered.append("STARTTLS")
        self.send(b"".join(f"250-{line}\r\n".encode() for line in offered[:-1]))
        return self.say(f"250 {offered[-1]}")

    def on_helo(self, _line: bytes) -> None:
        self.say(f"250 {NAME}")

    def on_starttls(self, _line: bytes) -> None:
        if self.server.tls == "refused":
            return self.say("454 4.7.0 not now")
        if self.server.tls == "reset":
            return self.reset()
        injected = b"250 go on\r\n" * 3 if self.server.tls == "injected" else b""
        self.send(b"220 2.0.0 go\r\n" + injected)
        if self.server.tls == "old":
            self.socket.recv(65536)
            return self.send(PROTOCOL_VERSION_ALERT)
        self.socket = self.server.context().wrap_socket(self.socket, server_side=True)
        self.over_tls, self.buffer = True, b""
        return None

    def on_mail(self, line: bytes) -> None:
        self.mail = line.decode()
        self.say({"busy": "421 4.3.2 closing", "nomail": "550 5.7.26 not from you"}.get(
            self.mode, "250 2.1.0 ok"))  # fmt: skip

    def on_rcpt(self, line: bytes) -> None:
        self.rcpt = line.partition(b"<")[2].partition(b">")[0].decode()
        if self.mode == "garbage":
            return self.say("HTTP/1.1 400 Bad Request")
        if self.mode == "vanish":
            return self.socket.close()
        if self.mode.startswith("unknown"):
            return self.say("550 5.1.1 no such user")
        return self.say({"greylist": "451 4.7.1 greylisted",
                         "full": "452 4.2.2 full", "nouser": "550 5.1.1 no"}.get(
            self.mode, "250 2.1.5 ok"))  # fmt: skip

    def on_data(self, _line: bytes) -> None:
        if self.mode in NO_RECIPIENT:
            return self.say(NO_RECIPIENT[self.mode])
        if self.mode != "unknown_and_gone":
            self.say("354 go on")
        if self.mode in {"drop_before_dot", "unknown_at_the_dot", "unknown_and_gone"}:
            return self.socket.close()
        if self.mode == "drop_in_text":
            self.socket.recv(1000)
            return self.reset()
        if self.mode == "early":
            self.say("552 5.3.4 too much")
        text = self.text()
        if self.mode == "early":
            return None  # it has refused already, however fast the dot came
        if self.mode in REFUSED_AT_DOT:
            return self.say(REFUSED_AT_DOT[self.mode])
        self.server.stored.append(Stored(self.mail, self.rcpt, text, self.over_tls))
        return self.answer_to_dot()

    def answer_to_dot(self) -> None:
        if self.mode == "drop_after_dot":
            self.socket.close()
        elif self.mode == "reset_after_dot":
            self.reset()
        else:
            if self.mode == "late":
                time.sleep(2)
            self.say("?!" if self.mode == "garbage_after_dot" else "250 2.0.0 stored")

    def on_rset(self, _line: bytes) -> None:
        self.rcpt = ""
        self.say("250 2.0.0 ok")

    def on_unknown(self, _line: bytes) -> None:
        self.say("500 5.5.2 what?")

    def line(self) -> bytes:
        while b"\r\n" not in self.buffer:
            if not self.receive():
                return b""
        line, _, self.buffer = self.buffer.partition(b"\r\n")
        return line

    def text(self) -> bytes:
        self.buffer = b"\r\n" + self.buffer
        while b"\r\n.\r\n" not in self.buffer:
            if not self.receive():
                raise ConnectionError
        text, _, self.buffer = self.buffer.partition(b"\r\n.\r\n")
        return text[2:].replace(b"\r\n..", b"\r\n.") + b"\r\n"

    def receive(self) -> bool:
        received = self.socket.recv(65536)
        if not self.over_tls:
            self.server.in_clear.append(received)
        self.buffer += received
        return bool(received)

    def say(self, line: str) -> None:
        self.send(line.encode() + b"\r\n")

    def send(self, data: bytes) -> None:
        if self.mode == "slow":
            time.sleep(0.03)
        self.socket.sendall(data)

    def drip(self, data: bytes) -> None:
        for byte in data:
            self.send(bytes([byte]))
            time.sleep(0.15)

    def reset(self) -> None:
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()
