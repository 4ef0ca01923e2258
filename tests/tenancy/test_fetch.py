"""The guarded door for web requests: what it refuses, and a real server behind it as the control."""

import contextlib
import time

import pytest

from tenancy.fetch import LONGEST_BODY, Door, Failure, FetchFailed, door
from tenancy.public_address import is_public
from tenancy.web_address import WebAddressRefused
from tests.smtp_server import Certificates
from tests.tenancy.hostile_addresses import INSIDE, MISSHAPEN, OUTSIDE
from tests.web_server import NAME, WebServer, plain

PUBLIC = "8.8.8.8"


@pytest.fixture(scope="module")
def certificates(tmp_path_factory):
    return Certificates(tmp_path_factory.mktemp("certificates"))


@pytest.fixture
def server(certificates):
    return WebServer(certificates.valid(NAME))


def failure_of(fetching):
    with pytest.raises(FetchFailed) as failed:
        fetching()
    return failed.value.failure


class Resolver:
    """Gives the next of its answers each time it is asked."""

    def __init__(self, *answers):
        self.answers, self.asked = list(answers), []

    def __call__(self, name):
        self.asked.append(name)
        return self.answers.pop(0)


@pytest.mark.parametrize("url", MISSHAPEN)
def test_refuses_an_address_by_its_shape_and_asks_nobody(url):
    resolver = Resolver()
    with pytest.raises(WebAddressRefused) as refused:
        Door(resolve=resolver).get(url)
    assert resolver.asked == []
    assert len(url) < 10 or url not in str(refused.value)


@pytest.mark.parametrize("inside", INSIDE)
def test_refuses_a_name_that_leads_inside(inside):
    assert not is_public(inside)
    guarded = Door(resolve=lambda _: [inside])
    assert failure_of(lambda: guarded.get("https://hooks.clinic.example/")) is Failure.NOT_REACHED


@pytest.mark.parametrize("outside", OUTSIDE)
def test_takes_the_neighbors_of_what_it_refuses(outside):
    assert is_public(outside)
    Door(resolve=lambda _: [outside]).refuse_unless_public("https://hooks.clinic.example/")


def test_one_private_address_among_public_ones_is_refused():
    guarded = Door(resolve=lambda _: [PUBLIC, "10.0.0.1"])
    assert failure_of(lambda: guarded.get("https://hooks.clinic.example/")) is Failure.NOT_REACHED


def test_the_table_is_as_long_as_it_should_be():
    assert len({*MISSHAPEN}) + len({*INSIDE}) >= 80


def test_calls_the_address_that_was_checked(server, certificates):
    resolver = Resolver(["127.0.0.1"], ["10.0.0.1"])
    with server.serving():
        answer = server.door(certificates.ca_file, resolve=resolver).post(
            server.url("/hook?a=1"), b"{}", {"Content-Type": "application/json"}
        )
    assert (answer.status, answer.content_type, answer.body) == (200, "text/plain", b"ok")
    assert resolver.asked == [NAME]
    assert server.names == [NAME]
    assert server.asked == [
        b"POST /hook?a=1 HTTP/1.1\r\n"
        + f"Host: {NAME}:{server.port}\r\n".encode()
        + b"User-Agent: Sealpost\r\nAccept-Encoding: identity\r\nConnection: close\r\n"
        b"Content-Length: 2\r\nContent-Type: application/json\r\n\r\n{}"
    ]


def test_a_name_that_changes_between_check_and_call_reaches_nothing_new(server, certificates):
    """DNS rebinding: first a public address, then ours. Each call is judged by its own one answer."""
    resolver = Resolver([PUBLIC], ["127.0.0.1"])
    with server.serving():
        guarded = server.door(certificates.ca_file, resolve=resolver, may_reach=is_public)
        guarded.refuse_unless_public(server.url())
        assert failure_of(lambda: guarded.get(server.url())) is Failure.NOT_REACHED
    assert (server.connections, resolver.answers) == (0, [])


def test_the_products_own_door_does_not_reach_loopback(server, settings, tmp_path):
    zone = tmp_path / "zone.json"
    zone.write_text(f'{{"mx": {{}}, "a": {{"{NAME}": ["127.0.0.1"]}}}}')
    settings.DELIVERY_ZONE_FILE = str(zone)
    with server.serving():
        assert failure_of(lambda: door().get(f"https://{NAME}/")) is Failure.NOT_REACHED
        with pytest.raises(WebAddressRefused):
            door().get(server.url())
    assert failure_of(lambda: door().get("https://unknown.example/")) is Failure.NOT_REACHED
    assert server.connections == 0


@pytest.mark.parametrize("kind", ["expired", "untrusted", "wrong name"])
def test_a_certificate_must_be_good(certificates, kind):
    files = {
        "expired": certificates.expired(NAME),
        "untrusted": certificates.untrusted(NAME),
        "wrong name": certificates.valid("other.clinic.example"),
    }
    server = WebServer(files[kind])
    with server.serving():
        guarded = server.door(certificates.ca_file)
        assert failure_of(lambda: guarded.post(server.url(), b"secret")) is Failure.NOT_TRUSTED
    assert server.asked == []


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "303 See Other", "307 T", "308 P"])
def test_no_redirect_is_followed(server, certificates, status):
    server.says = [plain(b"", status=status, more="Location: https://169.254.169.254/\r\n")]
    with server.serving():
        guarded = server.door(certificates.ca_file)
        assert failure_of(lambda: guarded.get(server.url())) is Failure.REDIRECTED
    assert server.connections == 1


CHUNK = b"1000\r\n" + b"x" * 4096 + b"\r\n"
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


ANSWERS = {
    "long": ([plain(b"x" * (LONGEST_BODY + 1))], Failure.TOO_LARGE),
    "endless": ([b"HTTP/1.1 200 OK\r\n\r\n", b"x" * 1_000_000], Failure.TOO_LARGE),
    "negative": (
        [b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", b"x" * 70_000],
        Failure.TOO_LARGE,
    ),
    "many chunks": ([CHUNKED, *[CHUNK] * 64, b"0\r\n\r\n"], Failure.TOO_LARGE),
    "long chunk head": ([CHUNKED, b"1;" + b"e" * 200_000], Failure.NOT_HTTP),
    "chunks without end": ([CHUNKED, CHUNK], Failure.NOT_HTTP),
    "long headers": (
        [b"HTTP/1.1 200 OK\r\n", *[b"A: " + b"a" * 60_000 + b"\r\n"] * 4],
        Failure.TOO_LARGE,
    ),
    "many headers": ([b"HTTP/1.1 200 OK\r\n", b"A: b\r\n" * 5_000, b"\r\n"], Failure.NOT_HTTP),
    "always continues": ([b"HTTP/1.1 100 Continue\r\n\r\n" * 9_000], Failure.TOO_LARGE),
    "another protocol": ([b"HTTP/1.1 101 Switching\r\n\r\n"], Failure.NOT_HTTP),
    "half a body": ([b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf"], Failure.NOT_HTTP),
    "ssh": ([b"SSH-2.0-OpenSSH_9.9\r\n"], Failure.NOT_HTTP),
    "valkey": ([b"-ERR wrong number of arguments\r\n"], Failure.NOT_HTTP),
    "zeros": ([b"\0" * 500], Failure.NOT_HTTP),
    "nothing": ([], Failure.NOT_HTTP),
}


@pytest.mark.parametrize("kind", ANSWERS)
def test_bounds_what_it_reads(server, certificates, kind):
    server.says, failure = ANSWERS[kind]
    with server.serving():
        guarded = server.door(certificates.ca_file)
        assert failure_of(lambda: guarded.get(server.url())) is failure


def test_takes_the_largest_body_in_chunks(server, certificates):
    server.says = [CHUNKED, *[CHUNK] * 16, b"0\r\n\r\n"]
    with server.serving():
        assert server.door(certificates.ca_file).get(server.url()).body == b"x" * LONGEST_BODY


@pytest.mark.parametrize(
    "ways", [{"says": [b"H"] * 1_000, "pause": 0.05}, {"pause": 9}, {"handshakes": False}], ids=str
)
def test_a_slow_server_costs_no_more_than_the_deadline(certificates, ways):
    server = WebServer(certificates.valid(NAME), **ways)
    with server.serving():
        guarded = server.door(certificates.ca_file, seconds=0.5)
        began = time.monotonic()
        assert failure_of(lambda: guarded.get(server.url())) is Failure.TOO_SLOW
        assert time.monotonic() - began < 1.0


def test_a_dead_address_does_not_hide_the_living_one(server, certificates):
    with server.serving():
        ways = {"resolve": lambda _: ["127.0.0.9", "127.0.0.1"], "may_reach": lambda _: True}
        assert server.door(certificates.ca_file, **ways).get(server.url()).status == 200


@pytest.mark.parametrize(
    "header",
    [("Host", "inside"), ("content-length", "0"), ("Transfer-Encoding", "chunked"), ("A\r\nB", "c"),
     ("A", "b\r\nC: d"), ("A", "b\nC: d"), ("A:", "b"), ("", "b"), ("A", "\0"), ("A", "é")],
)  # fmt: skip
def test_a_header_cannot_say_more_than_one_line(server, certificates, header):
    with server.serving():
        with pytest.raises(ValueError, match="header"):
            server.door(certificates.ca_file).get(server.url(), dict([header]))
    assert server.connections == 0


def test_takes_no_proxy_from_the_environment(server, certificates, monkeypatch, tmp_path):
    for name in ("https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    monkeypatch.setenv("SSLKEYLOGFILE", str(tmp_path / "keys"))
    with server.serving():
        assert server.door(certificates.ca_file).get(server.url()).status == 200
    with contextlib.suppress(FetchFailed):
        Door(resolve=lambda _: []).get("https://hooks.clinic.example/")
    trust = Door(resolve=lambda _: []).trust
    assert (trust.check_hostname, trust.verify_mode.name, trust.keylog_filename) == (
        True, "CERT_REQUIRED", None,
    )  # fmt: skip
