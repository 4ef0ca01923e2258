"""One SMTP session over one connection.

The protocol only: whether a message may be written to it is decided by `door`, its one user.
"""

import ssl
import time
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import NamedTuple, NoReturn

from delivery.wire import tls
from delivery.wire.connection import Connection
from delivery.wire.conversation import Conversation
from delivery.wire.dane import SignedKeys
from delivery.wire.levels import NO_PROTECTION, Evidence, TlsFailure
from delivery.wire.promises import Promise
from delivery.wire.reply import MalformedReply, Reply, is_complete, parse


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
    """What was said over a connection to a mail server, in clear until `start_tls`."""

    def __init__(self, connection: Connection, timeouts: Timeouts) -> None:
        self._connection = connection
        self._timeouts = timeouts
        self._features: dict[str, str] = {}
        # What the connection proved by itself; what it counts for depends on the message's domain.
        self.proved = NO_PROTECTION
        # The same for the domain that was asked about last.
        self._vouched: tuple[Promise, Evidence] | None = None
        self.is_open = True

    def greeting(self) -> Conversation[Reply]:
        """What the server says first."""
        return self._reply(self._timeouts.greeting)

    def introduce(self, name: str) -> Conversation[Reply]:
        """EHLO, and HELO for a server that does not know it. What it offers is forgotten first."""
        self._features = {}
        reply = yield from self._command(f"EHLO {name}")
        if reply.is_positive:
            offers = (line.partition(" ") for line in reply.text.splitlines()[1:])
            self._features = {keyword.upper(): rest for keyword, _, rest in offers}
        elif reply.code // 100 == 5:
            reply = yield from self._command(f"HELO {name}")
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
    ) -> Conversation[None]:
        """Change to TLS; with `keys`, to a server that shows one of them. Raises TlsUnavailable.

        Nothing said before counts afterwards: the caller introduces itself again. Bytes that came
        in clear behind the server's answer are somebody's injection, and end it (RFC 3207 4.2).
        """
        if not self.offers("STARTTLS"):
            raise tls.TlsUnavailable(TlsFailure.NOT_OFFERED)
        try:
            reply = yield from self._command("STARTTLS")
        except SessionBroken:
            raise tls.TlsUnavailable(TlsFailure.BROKEN_OFF) from None
        if not reply.is_positive:
            raise tls.TlsUnavailable(TlsFailure.REFUSED_NOW)
        if self._connection.has_unread:
            raise tls.TlsUnavailable(TlsFailure.BROKEN_OFF)
        secured = yield from self._connection.secure(context, server_name, self._timeouts.command)
        self._features = {}
        self._vouched = None
        self.proved = tls.evidence_by(keys, secured) if keys else tls.evidence_of(secured)

    def evidence(self, promise: Promise) -> Evidence:
        """What the connection proved, with the word of the recipient's domain."""
        if self._vouched is None or self._vouched[0] is not promise:
            self._vouched = promise, promise.vouched(self.proved)
        return self._vouched[1]

    def open_transaction(self, *, mail: str, rcpt: str) -> Conversation[Answer]:
        """MAIL, RCPT and DATA. The answer is the first refusal, or the 354 to DATA.

        A refusal stays one if the server closes after it, as many do with strangers.
        """
        commands = ((Stage.MAIL, mail), (Stage.RCPT, rcpt), (Stage.DATA, "DATA"))
        if not self.offers("PIPELINING"):
            return (yield from self._one_by_one(commands))
        yield from self._write("".join(f"{command}\r\n" for _, command in commands).encode())
        answers: list[Answer] = []
        try:
            for stage, _ in commands:
                answers.append(Answer(stage, (yield from self._reply(self._timeouts.command))))
                if not self.is_open:
                    break
            if answers[-1].lets_text_follow and not all(map(_is_go_on, answers)):
                # RFC 2920 3.1: it waits for a text without a recipient, so it gets an empty one.
                yield from self._write(b".\r\n")
                yield from self._reply(self._timeouts.dot)
        except SessionBroken:
            if all(map(_is_go_on, answers)):
                raise
        return next((answer for answer in answers if not _is_go_on(answer)), answers[-1])

    def _one_by_one(self, commands: tuple[tuple[Stage, str], ...]) -> Conversation[Answer]:
        for stage, command in commands:
            answer = Answer(stage, (yield from self._command(command)))
            if not _is_go_on(answer):
                break
        return answer

    def write_body(self, body: bytes) -> Conversation[Reply | None]:
        """Everything before the dot. Returns what the server already said about it, if anything."""
        yield from self._write(body)
        return (yield from self._reply(self._timeouts.block)) if self.has_spoken() else None

    def write_dot(self) -> Conversation[None]:
        """The dot, written on its own: until then nothing can have been accepted."""
        return self._write(b".\r\n")

    def final_reply(self) -> Conversation[Reply]:
        """What became of the message."""
        return self._reply(self._timeouts.dot)

    def has_spoken(self) -> bool:
        """Whether bytes, or the end, wait to be read though nothing was asked."""
        return self._connection.has_spoken()

    def reset(self) -> Conversation[None]:
        """RSET: forget a transaction that was refused. Closed, if the server does not manage that."""
        try:
            reply = yield from self._command("RSET")
        except SessionBroken:
            return
        if not reply.is_positive:
            self.close()

    def quit(self) -> None:
        """Say goodbye without waiting for an answer."""
        if self.is_open:
            self.is_open = False
            self._connection.say_last(b"QUIT\r\n")

    def close(self) -> None:
        """Drop the connection as it is."""
        self.is_open = False
        self._connection.close()

    def _command(self, line: str) -> Conversation[Reply]:
        yield from self._write(line.encode() + b"\r\n")
        return (yield from self._reply(self._timeouts.command))

    def _write(self, data: bytes) -> Conversation[None]:
        try:
            yield from self._connection.write(data, self._timeouts.block)
        except OSError as error:
            self._break(error)

    def _reply(self, patience: timedelta) -> Conversation[Reply]:
        idle = patience.total_seconds()
        deadline = time.monotonic() + 2 * idle
        lines: list[bytes] = []
        try:
            while not is_complete(lines):
                line = self._connection.line_at_hand()
                if line is None:
                    yield from self._connection.receive(min(time.monotonic() + idle, deadline))
                else:
                    lines.append(line)
            reply = parse(lines)
        except (OSError, MalformedReply) as error:
            self._break(error)
        if reply.code == 421:  # RFC 5321 3.8: the server closes
            self.close()
        return reply

    def _break(self, error: Exception) -> NoReturn:
        self.close()
        raise SessionBroken(type(error).__name__) from error


def _is_go_on(answer: Answer) -> bool:
    return answer.lets_text_follow or (answer.stage is not Stage.DATA and answer.reply.is_positive)
