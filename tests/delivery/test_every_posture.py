"""One campaign to the sandbox's mail servers: TLS, portal, retries and bounces from a single send."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import dkim as dkimpy
import pytest

from campaigns.models import Campaign
from compliance.models import Suppression
from delivery import sandbox_inbox, worker
from delivery.drafters import DRAFTERS
from delivery.models import Message, MessageEvent
from delivery.queries import due
from delivery.wire.dial import Dialer
from delivery.wire.dns import ZoneFileDns
from delivery.wire.tls import Contexts
from delivery.wire.transport import SmtpTransport
from dev.ports import free_port
from dev.sandbox.postures import MAIL_SERVERS
from dev.sandbox.server import Sandbox
from tenancy import clock
from tests.delivery.conftest import dkim_record
from tests.delivery.mailauth import mailauth_says
from tests.delivery.sending import freeze
from tests.factories.contacts import make_contact

ADDRESSES = {
    "ada@harbourmail.example": "sent",
    "ben@plainmail.example": "escrowed",
    "cyd@oldcert.example": "escrowed",
    "dan@greymail.example": "sent",
    "fay@lakepost.example": "sent",
    "gone@lakepost.example": "failed",
    "full@lakepost.example": "deferred",
    "eve@nowhere.example": "failed",
}


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[Sandbox]:
    sandbox = Sandbox(
        tmp_path / "tls",
        tmp_path / "zone.json",
        tmp_path / "mail",
        free_port(25_000, [server.address for server in MAIL_SERVERS]),
    )
    sandbox.prepare()
    with sandbox.serving():
        yield sandbox


def send_until(minutes: int, transport: SmtpTransport) -> None:
    for minute in range(0, minutes + 1, 5):
        with clock.at(clock.now() + timedelta(minutes=minute)):
            while worker.send_due(transport, DRAFTERS, stopped=due.stopped_campaigns):
                pass


def test_each_person_is_reached_the_way_their_server_allows(campaign, sandbox):
    for address in ADDRESSES:
        make_contact(email=address, given_name=address[:3].title())
    freeze()
    dialer = Dialer("out.elm.example", Contexts.load(sandbox.root_certificate), port=sandbox.port)
    transport = SmtpTransport(ZoneFileDns.read(sandbox.zone), dialer, allow_loopback=True)
    send_until(30, transport)

    messages = Message.objects.filter(cause="campaign").select_related("contact")
    assert {m.contact.identity["email"]: m.status for m in messages} == ADDRESSES
    assert sorted(row.address for row in Suppression.objects.all()) == [
        "eve@nowhere.example", "gone@lakepost.example",
    ]  # fmt: skip
    fay = next(m for m in messages if m.contact.identity["email"] == "fay@lakepost.example")
    proof = MessageEvent.objects.get(message=fay, kind="accepted").detail
    assert (proof["level"], proof["tlsa"], proof["dnssec"]) == ("T4", "3 1 1", True)
    notices = Message.objects.filter(cause="notice")
    assert [notice.status for notice in notices] == ["sent", "sent"]

    arrived = {each.mailbox: each for each in sandbox_inbox.arrivals(sandbox.mail)}
    assert arrived["ada@harbourmail.example"].tls_version == "TLSv1.3"
    assert arrived["ben@plainmail.example"].tls_version == ""
    letter = sandbox_inbox.letter(
        sandbox.mail, "harbourmail.example", arrived["ada@harbourmail.example"].name
    )
    assert "Hello Ada" in letter.text
    assert Campaign.objects.get().status == "sending"
    for mailbox in ("ben@plainmail.example", "cyd@oldcert.example"):
        arrival = arrived[mailbox]
        notice = sandbox_inbox.letter(sandbox.mail, arrival.domain, arrival.name)
        assert f"Hello {mailbox[:3].title()}" not in notice.html + notice.text
        assert "/m/" in notice.text


def test_what_arrives_is_what_was_signed(campaign, sandbox):
    make_contact(email="ada@harbourmail.example")
    freeze()
    dialer = Dialer("out.elm.example", Contexts.load(sandbox.root_certificate), port=sandbox.port)
    transport = SmtpTransport(ZoneFileDns.read(sandbox.zone), dialer, allow_loopback=True)
    send_until(0, transport)
    (file,) = (sandbox.mail / "harbourmail.example").glob("*.eml")
    letter, record = file.read_bytes(), dkim_record()
    assert dkimpy.verify(letter, dnsfunc=lambda *_name, **_options: record)
    assert mailauth_says(letter, "s1._domainkey.mail.elm.example", record.decode()) == "pass"
