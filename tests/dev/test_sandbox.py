import json
import smtplib
import ssl

import pytest

from dev.ports import free_port
from dev.sandbox.postures import MAIL_SERVERS
from dev.sandbox.server import Sandbox

MESSAGE = b"Subject: Your visit\r\n\r\n.A line that begins with a dot.\r\n"
ADDRESSES = [server.address for server in MAIL_SERVERS]
SENDER = "return@mail.elmstreet.example"


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sandbox")
    servers = Sandbox(
        certificates=folder / "certificates",
        zone=folder / "zone.json",
        mail=folder / "mail",
        port=free_port(2600, ADDRESSES),
    )
    servers.prepare()
    with servers.serving():
        yield servers


@pytest.fixture
def connect(sandbox):
    """A function that opens a connection to the server that the zone names for a domain."""
    opened = []

    def connect(domain, *, trust=True):
        zone = json.loads(sandbox.zone.read_text())
        [(_, host)] = zone["mx"][domain]
        client = smtplib.SMTP(zone["a"][host][0], sandbox.port, timeout=5)
        client._host = host
        opened.append(client)
        if trust:
            client.starttls(context=ssl.create_default_context(cafile=sandbox.root_certificate))
        return client

    yield connect
    for client in opened:
        client.close()


def stored(sandbox, domain):
    messages = sorted((sandbox.mail / domain).glob("*.eml"))
    return [(path, json.loads(path.with_suffix(".json").read_text())) for path in messages]


@pytest.mark.parametrize(
    "domain", ["harbourmail.example", "lakepost.example", "postbox.example", "elmmail.example"]
)
def test_takes_mail_under_verified_tls_and_keeps_its_bytes(sandbox, connect, domain):
    connect(domain).sendmail(SENDER, f"ada@{domain}", MESSAGE)

    [(path, envelope)] = stored(sandbox, domain)
    assert path.read_bytes() == MESSAGE
    assert path.stat().st_mode & 0o777 == 0o600
    assert envelope["mail_from"] == SENDER
    assert envelope["rcpt_to"] == f"ada@{domain}"
    assert envelope["tls"]["version"] == "TLSv1.3"


def test_offers_no_tls_at_plainmail(sandbox, connect):
    client = connect("plainmail.example", trust=False)
    client.sendmail(SENDER, "ada@plainmail.example", MESSAGE)

    assert not client.has_extn("starttls")
    [(_, envelope)] = stored(sandbox, "plainmail.example")
    assert envelope["tls"] is None


def test_shows_an_expired_certificate_at_oldcert(connect):
    with pytest.raises(ssl.SSLCertVerificationError, match="expired"):
        connect("oldcert.example")


def test_greylists_the_first_attempt(sandbox, connect):
    client = connect("greymail.example")
    with pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
        client.sendmail(SENDER, "ada@greymail.example", MESSAGE)
    assert refused.value.recipients["ada@greymail.example"][0] == 451

    client.sendmail(SENDER, "ada@greymail.example", MESSAGE)
    assert len(stored(sandbox, "greymail.example")) == 1


@pytest.mark.parametrize(
    ("local_part", "reply"), [("gone.ada", (550, b"5.1.1")), ("full.ada", (452, b"4.2.2"))]
)
def test_refuses_by_local_part(connect, local_part, reply):
    client = connect("harbourmail.example")
    client.ehlo()
    client.mail(SENDER)
    code, text = client.rcpt(f"{local_part}@harbourmail.example")
    assert (code, text[:5]) == reply


def test_does_not_relay(connect):
    client = connect("harbourmail.example")
    client.mail(SENDER)
    assert client.rcpt("ada@elsewhere.example")[0] == 550


def test_answers_pipelined_commands_in_order(sandbox, connect):
    client = connect("elmstreet.example")
    client.ehlo()
    client.send(
        f"MAIL FROM:<{SENDER}>\r\nRCPT TO:<nurse@elmstreet.example>\r\n"
        "RCPT TO:<gone@elmstreet.example>\r\nDATA\r\n"
    )
    assert [client.getreply()[0] for _ in range(4)] == [250, 250, 550, 354]
    client.send(b".\r\nRSET\r\n")
    assert [client.getreply()[0] for _ in range(2)] == [250, 250]
    [(path, _)] = stored(sandbox, "elmstreet.example")
    assert path.read_bytes() == b""


def test_ends_a_connection_that_sends_commands_ahead_of_tls(connect):
    client = connect("harbourmail.example", trust=False)
    client.send("STARTTLS\r\nEHLO injected\r\n")
    with pytest.raises((smtplib.SMTPServerDisconnected, ConnectionError)):
        [client.getreply() for _ in range(3)]


def test_keeps_certificates_and_published_texts_over_a_restart(sandbox):
    before = sandbox.root_certificate.read_bytes()
    zone = json.loads(sandbox.zone.read_text())
    zone["txt"]["s1._domainkey.elmstreet.example"] = ["v=DKIM1; p=AAAA"]
    sandbox.zone.write_text(json.dumps(zone))

    sandbox.prepare()

    assert sandbox.root_certificate.read_bytes() == before
    assert json.loads(sandbox.zone.read_text()) == zone


def test_moves_on_from_a_taken_port(sandbox):
    assert free_port(sandbox.port, ADDRESSES) > sandbox.port
