"""One SMTP conversation over one connection.

The protocol only: whether a message may be written to it is decided by `door`, its one user.
Blocking sockets in threads were the cheapest client measured, and TCP_NODELAY its most important
option: without it each message waits 44 ms for a delayed acknowledgment.
"""

import select
import socket
import ssl
import time
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import NamedTuple, NoReturn

from delivery.wire import tls
from delivery.wire.dane import SignedKeys
from delivery.wire.levels import NO_PROTECTION, TlsFailure
from delivery.wire.reply import LINE_LIMIT, MalformedReply, Reply, is_complete, parse


class Stage(StrEnum):
    """How far a hand-over came."""

    DNS = "dns"
    CONNECT = "connect"
    EHLO = "ehlo"
    MAIL = "mail"
    RCPT = "rcpt"
    DATA = "data"
    DOT = "dot"


class Answer(NamedTuple):
    """A reply, and to what."""

    stage: Stage
    reply: Reply

    @property
    def lets_text_follow(self) -> bool:
        """354 to DATA. To anything else it means nothing, and a text would be read as commands."""
        return self.stage is Stage.DATA and self.reply.code == 354


class SessionBroken(Exception):
    """The conversation cannot go on: closed, silent for too long, or not SMTP."""


@dataclass(frozen=True)
class Timeouts:
    """How long each answer may stay away (RFC 5321 4.5.3.2); a drip of bytes gets twice that."""

    connect: timedelta = timedelta(seconds=30)
    greeting: timedelta = timedelta(minutes=5)
    command: timedelta = timedelta(minutes=5)
    data: timedelta = timedelta(minutes=2)
    block: timedelta = timedelta(minutes=3)
    dot: timedelta = timedelta(minutes=10)


class Session:
    """A connection to a mail server, in clear until `start_tls`."""

    def __init__(self, connection: socket.socket, timeouts: Timeouts) -> None:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket = connection
        self._patience: float | None = None
        self._timeouts = timeouts
        self._buffer = b""
        self._features: dict[str, str] = {}
        # What the connection proved by itself; what it counts for depends on the message's domain.
        self.proved = NO_PROTECTION
        self.is_open = True

    def greeting(self) -> Reply:
        """What the server says first."""
        return self._reply(self._timeouts.greeting)

    def introduce(self, name: str) -> Reply:
        """EHLO, and HELO for a server that does not know it. What it offers is forgotten first."""
        self._features = {}
        reply = self._command(f"EHLO {name}")
        if reply.is_positive:
            offers = (line.partition(" ") for line in reply.text.splitlines()[1:])
            self._features = {keyword.upper(): rest for keyword, _, rest in offers}
        elif reply.code // 100 == 5:
            reply = self._command(f"HELO {name}")
        return reply

    def offers(self, keyword: str) -> bool:
        """Whether the last EHLO named the extension."""
        return keyword in self._features

    @property
    def size_limit(self) -> int | None:
        """Bytes that the server takes (RFC 1870); None if it does not say."""
        limit = self._features.get("SIZE", "")
        return int(limit) if limit.isascii() and limit.isdigit() and int(limit) else None

    def start_tls(
        self, context: ssl.SSLContext, server_name: str, keys: SignedKeys | None = None
    ) -> None:
        """Change to TLS; with `keys`, to a server that shows one of them. Raises TlsUnavailable.

        Nothing said before counts afterwards: the caller introduces itself again. Bytes that came
        in clear behind the server's answer are somebody's injection, and end it (RFC 3207 4.2).
        """
        if not self.offers("STARTTLS"):
            raise tls.TlsUnavailable(TlsFailure.NOT_OFFERED)
        try:
            reply = self._command("STARTTLS")
        except SessionBroken:
            raise tls.TlsUnavailable(TlsFailure.BROKEN_OFF) from None
        if not reply.is_positive:
            raise tls.TlsUnavailable(TlsFailure.REFUSED_NOW)
        if self._buffer:
            raise tls.TlsUnavailable(TlsFailure.BROKEN_OFF)
        self._wait_for(self._timeouts.command.total_seconds())
        secured = tls.wrap(self._socket, context, server_name)
        self._socket, self._features = secured, {}
        self.proved = tls.evidence_by(keys, secured) if keys else tls.evidence_of(secured)

    def open_transaction(self, *, mail: str, rcpt: str) -> Answer:
        """MAIL, RCPT and DATA. The answer is the first refusal, or the 354 to DATA.

        A refusal stays one if the server closes after it, as many do with strangers.
        """
        commands = ((Stage.MAIL, mail), (Stage.RCPT, rcpt), (Stage.DATA, "DATA"))
        if not self.offers("PIPELINING"):
            return self._one_by_one(commands)
        self._write("".join(f"{command}\r\n" for _, command in commands).encode("ascii"))
        answers: list[Answer] = []
        try:
            for stage, _ in commands:
                answers.append(Answer(stage, self._reply(self._timeouts.command)))
                if not self.is_open:
                    break
            if answers[-1].lets_text_follow and not all(map(_is_go_on, answers)):
                # RFC 2920 3.1: it waits for a text without a recipient, so it gets an empty one.
                self._write(b".\r\n")
                self._reply(self._timeouts.dot)
        except SessionBroken:
            if all(map(_is_go_on, answers)):
                raise
        return next((answer for answer in answers if not _is_go_on(answer)), answers[-1])

    def _one_by_one(self, commands: tuple[tuple[Stage, str], ...]) -> Answer:
        for stage, command in commands:
            answer = Answer(stage, self._command(command))
            if not _is_go_on(answer):
                break
        return answer

    def write_body(self, body: bytes) -> Reply | None:
        """Everything before the dot. Returns what the server already said about it, if anything."""
        self._write(body)
        return self._reply(self._timeouts.block) if self.has_spoken() else None

    def write_dot(self) -> None:
        """The dot, written on its own: until then nothing can have been accepted."""
        self._write(b".\r\n")

    def final_reply(self) -> Reply:
        """What became of the message."""
        return self._reply(self._timeouts.dot)

    def has_spoken(self) -> bool:
        """Whether bytes, or the end, wait to be read though nothing was asked."""
        if self._buffer:
            return True
        asked = select.poll()  # `select` fails where a process has more than a thousand files
        asked.register(self._socket, select.POLLIN)
        if not asked.poll(0):
            return False
        try:
            self._wait_for(0)
            self._buffer = self._socket.recv(65536)
        except ssl.SSLWantReadError:  # a session ticket, not a word
            return False
        except OSError:
            return True
        else:
            return True

    def reset(self) -> None:
        """RSET: forget a transaction that was refused. Closed, if the server does not manage that."""
        try:
            reply = self._command("RSET")
        except SessionBroken:
            return
        if not reply.is_positive:
            self.close()

    def quit(self) -> None:
        """Say goodbye without waiting for an answer."""
        if self.is_open:
            try:
                self._write(b"QUIT\r\n")
            except SessionBroken:
                return
            self.close()

    def close(self) -> None:
        """Drop the connection as it is."""
        self.is_open = False
        self._socket.close()

    def _command(self, line: str) -> Reply:
        self._write(line.encode("ascii") + b"\r\n")
        return self._reply(self._timeouts.command)

    def _write(self, data: bytes) -> None:
        try:
            self._wait_for(self._timeouts.block.total_seconds())
            self._socket.sendall(data)
        except OSError as error:
            self._break(error)

    def _reply(self, patience: timedelta) -> Reply:
        idle = patience.total_seconds()
        deadline = time.monotonic() + 2 * idle
        lines: list[bytes] = []
        try:
            while not is_complete(lines):
                lines.append(self._line(idle, deadline))
            reply = parse(lines)
        except (OSError, MalformedReply) as error:
            self._break(error)
        if reply.code == 421:  # RFC 5321 3.8: the server closes
            self.close()
        return reply

    def _line(self, idle: float, deadline: float) -> bytes:
        while (end := self._buffer.find(b"\n")) < 0:
            if len(self._buffer) > LINE_LIMIT:
                raise MalformedReply("The line does not end.")
            self._wait_for(max(0.001, min(idle, deadline - time.monotonic())))
            received = self._socket.recv(65536)
            if not received:
                raise ConnectionResetError("The server closed the connection.")
            self._buffer += received
        line, self._buffer = self._buffer[:end], self._buffer[end + 1 :]
        return line.removesuffix(b"\r")

    def _wait_for(self, seconds: float) -> None:
        """Changing it is a call to the system, in which other threads take over."""
        if seconds != self._patience:
            self._socket.settimeout(seconds)
            self._patience = seconds

    def _break(self, error: Exception) -> NoReturn:
        self.close()
        raise SessionBroken(type(error).__name__) from error


def _is_go_on(answer: Answer) -> bool:
    return answer.lets_text_follow or (answer.stage is not Stage.DATA and answer.reply.is_positive)
