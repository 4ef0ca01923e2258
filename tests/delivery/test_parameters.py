"""What is asked of the server beside taking the message: of bounces, of delays, of the way further on."""

from dataclasses import replace

import pytest

from delivery.wire.door import Result
from delivery.wire.levels import Level
from tests.delivery.test_policy_handshakes import known
from tests.delivery.wires import Announcements, envelope, transport_to
from tests.smtp_server import NAME, FaultServer


def said(server: FaultServer, certificates, message) -> list[str]:
    """The MAIL and RCPT lines."""
    outcome = transport_to(server, certificates=certificates).send(message, Announcements())
    assert outcome.result is Result.ACCEPTED
    return [line for line in server.lines if line.startswith(("MAIL", "RCPT"))]


@pytest.mark.parametrize(
    ("tells_delay", "notify"), [(False, "NOTIFY=FAILURE"), (True, "NOTIFY=FAILURE,DELAY")]
)
def test_a_bounce_names_the_message_and_carries_no_text(certificates, tells_delay, notify):
    message = replace(envelope("ada+list=x"), tells_delay=tells_delay)
    with FaultServer(certificates.valid(), extensions=("DSN",)).serving() as server:
        mail, rcpt = said(server, certificates, message)
    assert mail == f"MAIL FROM:<b+1@clinic.example> RET=HDRS ENVID={message.id.hex}"
    assert rcpt == f"RCPT TO:<ada+list=x@x.example> {notify} ORCPT=rfc822;ada+2Blist+3Dx@x.example"


def test_nothing_is_asked_that_is_not_offered(certificates):
    message = replace(envelope(), tells_delay=True, known_policy=known(NAME))
    with FaultServer(certificates.valid(), extensions=()).serving() as server:
        lines = said(server, certificates, message)
    assert lines == ["MAIL FROM:<b+1@clinic.example>", "RCPT TO:<ada@x.example>"]


@pytest.mark.parametrize(
    ("required", "is_vouched", "is_asked"),
    [(Level.T2, True, True), (Level.T3, True, True), (Level.T0, True, False),
     (Level.T2, False, False)],
)  # fmt: skip
def test_tls_is_asked_of_every_server_after_one_that_its_domain_vouches_for(
    certificates, required, is_vouched, is_asked
):
    """RFC 8689 2: only who knows the first server may speak for those behind it."""
    policy = known(NAME) if is_vouched else None
    message = replace(envelope(required=required), known_policy=policy)
    with FaultServer(certificates.valid(), extensions=("REQUIRETLS",)).serving() as server:
        transport = transport_to(server, certificates=certificates)
        outcome = transport.send(message, Announcements())
    (mail,) = [line for line in server.lines if line.startswith("MAIL")]
    assert mail.endswith(" REQUIRETLS") is is_asked
    assert outcome.evidence.requires_tls is is_asked
