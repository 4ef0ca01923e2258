"""The gateway for texts: what it is asked over real TLS, and what each of its answers means."""

import base64
from urllib.parse import parse_qs

import pytest

from delivery.texting import sandbox
from delivery.texting.gateway import Text, TextNotTaken, Trouble
from delivery.texting.gateway_settings import GatewaySettings, read
from delivery.texting.web_gateway import WebGateway
from tenancy.ids import uuid7
from tests.web_server import NAME, WebServer, plain

TEXT = Text(uuid7(), "+12075550142", "Su código es 1234 5678.")


@pytest.fixture
def server(certificates):
    with WebServer(certificates.valid(NAME)).serving() as server:
        yield server


def gateway(server, certificates, **ways):
    settings = GatewaySettings(server.url("/Messages.json"), "AC1", "s3cret", "+12075550100")
    return WebGateway(settings, server.door(certificates.ca_file, **ways))


def says(server, body: bytes, status: str) -> None:
    server.says = [plain(body, status=status)]


def refusal(server, certificates, **ways) -> tuple[Trouble, int]:
    with pytest.raises(TextNotTaken) as refused:
        gateway(server, certificates, **ways).send(TEXT)
    assert TEXT.number not in str(refused.value)
    return refused.value.trouble, refused.value.status


def test_posts_a_form_with_name_and_secret(server, certificates):
    says(server, b'{"sid": "SM42", "status": "queued"}', "201 Created")
    assert gateway(server, certificates).send(TEXT) == "SM42"
    head, _, body = server.asked[0].partition(b"\r\n\r\n")
    assert head.startswith(b"POST /Messages.json HTTP/1.1\r\n")
    assert f"Authorization: Basic {base64.b64encode(b'AC1:s3cret').decode()}" in head.decode()
    assert parse_qs(body.decode()) == {
        "To": ["+12075550142"],
        "From": ["+12075550100"],
        "Body": ["Su código es 1234 5678."],
    }
    assert TEXT.number not in head.decode()


@pytest.mark.parametrize("body", [b"", b"[]", b'{"sid": 5}', b'{"sid": "+1207 555"}', b"\xff{"])
def test_what_an_odd_gateway_calls_it_is_not_kept(server, certificates, body):
    says(server, body, "201 Created")
    assert gateway(server, certificates).send(TEXT) == ""


@pytest.mark.parametrize(
    ("status", "body", "trouble"),
    [
        ("400 Bad Request", b'{"code": 21211, "message": "+12075550142 is wrong"}', "number"),
        ("400 Bad Request", b'{"code": 21610}', "number"),
        ("400 Bad Request", b'{"code": 21606}', "refused"),
        ("401 Unauthorized", b"no", "refused"),
        ("402 Payment Required", b"{}", "refused"),
        ("429 Too Many Requests", b"{}", "silent"),
        ("500 Internal Server Error", b"", "silent"),
        ("503 Service Unavailable", b'{"code": 21211}', "silent"),
        ("302 Found", b"", "silent"),
    ],
)
def test_each_answer_means_what_the_table_says(server, certificates, status, body, trouble):
    says(server, body, status)
    number = int(status[:3]) if status[:3] != "302" else 0
    assert refusal(server, certificates) == (Trouble(trouble), number)


def test_a_gateway_that_is_slow_down_or_somebody_else_was_silent(server, certificates):
    server.pause = 2.0
    assert refusal(server, certificates, seconds=0.3) == (Trouble.SILENT, 0)
    assert refusal(server, certificates, resolve=lambda _: []) == (Trouble.SILENT, 0)
    asked = len(server.asked)
    server.certificate = certificates.untrusted(NAME)
    assert refusal(server, certificates) == (Trouble.SILENT, 0)
    assert len(server.asked) == asked


def test_an_address_without_tls_is_not_called(server, certificates):
    settings = GatewaySettings(server.url().replace("https", "http"), "AC1", "s3cret")
    with pytest.raises(TextNotTaken) as refused:
        WebGateway(settings, server.door(certificates.ca_file)).send(TEXT)
    assert (refused.value.trouble, server.asked) == (Trouble.REFUSED, [])


def test_neither_number_nor_words_nor_secret_show_in_a_trace():
    shown = repr(TEXT) + repr(GatewaySettings(secret="s3cret"))
    assert [word for word in ("2075550142", "1234", "s3cret") if word in shown] == []


def test_the_sandbox_keeps_what_its_phones_got(tmp_path):
    sandbox.SandboxGateway(tmp_path).send(TEXT)
    (text,) = sandbox.received(tmp_path)
    assert (text.id, text.number, text.words) == (TEXT.id, TEXT.number, TEXT.words)


def test_the_environment_says_where_to(monkeypatch, tmp_path):
    assert not read().is_there
    (tmp_path / "secret").write_text("s3cret\n")
    monkeypatch.setenv("TEXT_GATEWAY_URL", "https://api.gateway.example/Messages.json")
    monkeypatch.setenv("TEXT_GATEWAY_SECRET_FILE", str(tmp_path / "secret"))
    monkeypatch.setenv("TEXT_GATEWAY_COUNTRIES", "US CA")
    found = read()
    assert (found.is_there, found.secret, found.countries) == (True, "s3cret", {"US", "CA"})
