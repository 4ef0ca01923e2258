"""Whatever a server answers, at whatever stage: a try ends with an outcome that has a fate."""

import contextlib
import random
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from uuid import uuid4

import pytest

from delivery import fates
from delivery.fates import Claimed, Try
from delivery.lanes.signals import Signal, signal_of
from delivery.routes import WITHOUT_PHI
from delivery.wire.dial import Dialer
from delivery.wire.door import Result
from delivery.wire.levels import Level
from delivery.wire.session import Timeouts
from delivery.wire.tls import Contexts
from delivery.wire.transport import SmtpTransport
from tenancy import clock
from tests.delivery.wires import Announcements, envelope
from tests.fakes import FakeDns
from tests.smtp_server import NAME

GOOD = {
    b"": b"220 mx ready",
    b"EHLO": b"250-mx\r\n250-SIZE 1000000\r\n250 DSN",
    b"MAIL": b"250 2.1.0 ok",
    b"RCPT": b"250 2.1.5 ok",
    b"DATA": b"354 go on",
    b".": b"250 2.0.0 stored",
}
CODES = (b"200", b"220", b"250", b"299", b"334", b"354", b"399", b"421", b"450", b"451", b"452",
         b"500", b"550", b"552", b"554", b"556", b"599", b"100", b"999", b"25", b"", b"\xff\xfe")  # fmt: skip
WORDS = (b"", b" ", b" ok", b"-", b"\t", b" 5.1.1", b" 4.7.1 grey", b" 5.999.999 x", b" \0", b" \xff\xc3",
         b" user unknown", b"-SIZE\r\n250 \xd9\xa3", b" " + b"x" * 9000)  # fmt: skip
ENDS = (b"\r\n", b"\r\n", b"\r\n", b"\n", b"\r", b"")
IN_HASTE = Timeouts(**dict.fromkeys(
    ("connect", "greeting", "command", "data", "block", "dot"), timedelta(seconds=0.02)
))  # fmt: skip


class Odd:
    """Says what is right, but for one stage, where it says `answer`."""

    def __init__(self) -> None:
        self.stage, self.answer = b"", b""
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self.listener.getsockname()[1]

    def serve(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self.listener.accept()
                with connection, contextlib.suppress(OSError):
                    self.talk(connection)

    def talk(self, connection: socket.socket) -> None:
        connection.settimeout(1)
        self.say(connection, b"")
        lines = connection.makefile("rb")
        is_text = False
        for line in lines:
            verb = line.strip() if is_text else line[:4].strip()
            if verb in GOOD and (not is_text or verb == b"."):
                self.say(connection, verb)
                is_text = verb == b"DATA"

    def say(self, connection: socket.socket, stage: bytes) -> None:
        right = GOOD[stage] + b"\r\n"
        connection.sendall(self.answer if stage == self.stage else right)


@contextmanager
def odd_server() -> Iterator[Odd]:
    server = Odd()
    thread = threading.Thread(target=server.serve, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.listener.shutdown(socket.SHUT_RDWR)
        server.listener.close()
        thread.join()


def claimed() -> Claimed:
    return Claimed(uuid4(), "api", uuid4(), uuid4(), "care", "<a@b>", 1, clock.now(), None, None)


@pytest.mark.parametrize("stage", GOOD)
def test_every_answer_at_this_stage_leads_to_a_fate(stage):
    chance = random.Random(stage)
    ended = set()
    with odd_server() as server:
        server.stage = stage
        dns = FakeDns({"x.example": [(10, NAME)]}, {NAME: ["127.0.0.1"]})
        dialer = Dialer("out.example", Contexts.load(None), IN_HASTE, server.port)
        for _ in range(30):
            server.answer = chance.choice(CODES) + chance.choice(WORDS) + chance.choice(ENDS)
            transport, announced = SmtpTransport(dns, dialer, allow_loopback=True), Announcements()
            message = envelope(required=Level.T0)
            outcome = transport.send(message, announced)
            fate = fates.after_try(claimed(), outcome, Try(WITHOUT_PHI, clock.now(), chance=0.5))
            assert signal_of(outcome) in Signal
            goes_on = server.answer.startswith(b"354" if stage == b"DATA" else b"2")
            assert goes_on or announced == ([message.id] if stage == b"." else []), server.answer
            assert goes_on or outcome.result is not Result.ACCEPTED, server.answer
            ended.add(fate.status)
    assert len(ended) > 1, "the answers were no different from one another"
