"""The real transport, over fault servers and name records that a test makes up."""

from functools import partial
from uuid import uuid4

from delivery.wire.conversation import Conversation
from delivery.wire.dial import Dialer
from delivery.wire.door import Envelope
from delivery.wire.levels import Level
from delivery.wire.tls import Contexts
from delivery.wire.transport import SmtpTransport
from tests.delivery.conftest import IMPATIENT
from tests.fakes import FakeDns
from tests.smtp_server import NAME, Certificates, FaultServer

TEXT = b"Subject: hello\r\n\r\n.Dear Ada,\r\nsee you\r\n..\r\n"


def written(text: bytes) -> Conversation[bytes]:
    """A message whose making waits for nothing."""
    yield from ()
    return text


def envelope(rcpt: str = "ada", *, required: Level = Level.T2, text: bytes = TEXT) -> Envelope:
    return Envelope(
        uuid4(), "b+1@clinic.example", f"{rcpt}@x.example", required, partial(written, text)
    )


def transport_to(
    *servers: FaultServer, certificates: Certificates, **records: object
) -> SmtpTransport:
    """To x.example, whose mail servers these are, best first; `records` are more of FakeDns."""
    names = [NAME, *(f"mx{number}.x.example" for number in range(2, len(servers) + 1))]
    dns = FakeDns({"x.example": [(10 * rank, name) for rank, name in enumerate(names)]},
                  {name: [server.address] for name, server in zip(names, servers, strict=True)},
                  **records)  # fmt: skip
    dialer = Dialer(
        "out.clinic.example", Contexts.load(certificates.ca_file), IMPATIENT, servers[0].port
    )
    return SmtpTransport(dns, dialer, allow_loopback=True)


class Announcements(list):
    def __call__(self, identifier):
        self.append(identifier)
        return True
