"""Lines and messages of one SMTP connection (RFC 5321 4.5.2), before and after STARTTLS."""

import socket
import ssl

from dev.sandbox.mailbox import Tls

MAX_LINE = 4096
MAX_MESSAGE = 60_000_000


class Wire:
    """Reads ahead and holds replies until it must wait, so that pipelining costs few calls."""

    def __init__(self, connection: socket.socket) -> None:
        self.connection = connection
        self.pending = bytearray()
        self.replies = bytearray()

    def read_line(self) -> str:
        """One command without its line end. Raises ConnectionError at the end of the stream."""
        return self._read_until(b"\r\n", MAX_LINE).decode("utf-8", "replace")

    def read_message(self) -> bytes:
        """What follows DATA, with the doubled dots made single again."""
        if self._starts_with(b".\r\n"):
            del self.pending[:3]
            return b""
        content = self._read_until(b"\r\n.\r\n", MAX_MESSAGE) + b"\r\n"
        return content.replace(b"\r\n..", b"\r\n.").removeprefix(b".")

    def reply(self, text: str) -> None:
        self.replies += f"{text}\r\n".encode()

    def flush(self) -> None:
        if self.replies:
            self.connection.sendall(self.replies)
            self.replies.clear()

    def start_tls(self, context: ssl.SSLContext) -> Tls:
        """Raises ConnectionError if commands were sent ahead in the clear (RFC 3207 4.2)."""
        if self.pending:
            raise ConnectionError("commands before TLS")
        self.flush()
        protected = context.wrap_socket(self.connection, server_side=True)
        self.connection = protected
        cipher = protected.cipher()
        return Tls(protected.version() or "", cipher[0] if cipher else "")

    def _starts_with(self, text: bytes) -> bool:
        while len(self.pending) < len(text):
            self._receive()
        return self.pending.startswith(text)

    def _read_until(self, end: bytes, limit: int) -> bytes:
        searched = 0
        while (found := self.pending.find(end, searched)) < 0:
            if len(self.pending) > limit:
                raise ConnectionError("too long")
            searched = max(0, len(self.pending) - len(end) + 1)
            self._receive()
        content = bytes(self.pending[:found])
        del self.pending[: found + len(end)]
        return content

    def _receive(self) -> None:
        self.flush()
        received = self.connection.recv(65_536)
        if not received:
            raise ConnectionError("closed")
        self.pending += received
