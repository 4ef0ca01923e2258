"""The wire against a server that misbehaves: what is known afterwards, and what was never said."""

import re
from pathlib import Path

import pytest

from delivery.wire.conversation import run
from delivery.wire.dial import Dialer, Place
from delivery.wire.door import Envelope, LevelTooLow, Result, hand_over
from delivery.wire.levels import Level, TlsFailure
from delivery.wire.session import Stage
from delivery.wire.tls import Contexts
from delivery.wire.transport import SmtpTransport
from tests.delivery.conftest import IMPATIENT
from tests.delivery.wires import TEXT, Announcements, envelope, transport_to
from tests.fakes import FakeDns
from tests.smtp_server import NAME, Certificates, FaultServer


def send(server: FaultServer, message: Envelope, certificates: Certificates):
    announced = Announcements()
    outcome = transport_to(server, certificates=certificates).send(message, announced)
    return outcome, announced


def test_hands_over_verified_and_byte_for_byte(certificates):
    with FaultServer(certificates.valid()).serving() as server:
        message = envelope()
        outcome, announced = send(server, message, certificates)
    assert (outcome.result, outcome.stage, outcome.reply.code) == (Result.ACCEPTED, Stage.DOT, 250)
    assert (outcome.host, outcome.evidence.level) == (NAME, Level.T2)
    assert (outcome.evidence.version, outcome.evidence.names) == ("TLSv1.3", (NAME,))
    assert [(stored.data, stored.over_tls) for stored in server.stored] == [(TEXT, True)]
    assert announced == [message.id]
    assert "RET=HDRS" in server.stored[0].mail
    assert b"".join(server.in_clear).split() == [b"EHLO", b"out.clinic.example", b"STARTTLS"]


def test_a_connection_whose_announcement_failed_is_not_used_again(certificates):
    def full_disk(_):
        raise OSError("no space left")

    with FaultServer(certificates.valid()).serving() as server:
        transport = transport_to(server, certificates=certificates)
        with pytest.raises(OSError, match="no space left"):
            transport.send(envelope("ada"), full_disk)
        outcome = transport.send(envelope("ben"), Announcements())
    assert outcome.result is Result.ACCEPTED
    assert [(stored.rcpt, stored.data) for stored in server.stored] == [("ben@x.example", TEXT)]


UNPROTECTED = [
    ("none", "valid", TlsFailure.NOT_OFFERED),
    ("refused", "valid", TlsFailure.REFUSED_NOW),
    ("injected", "valid", TlsFailure.BROKEN_OFF),
    ("reset", "valid", TlsFailure.BROKEN_OFF),
    ("old", "valid", TlsFailure.OLD_VERSION),
    ("offered", "expired", TlsFailure.EXPIRED),
    ("offered", "untrusted", TlsFailure.UNTRUSTED),
    ("offered", "other", TlsFailure.WRONG_NAME),
]


@pytest.mark.parametrize(("tls", "kind", "failure"), UNPROTECTED)
def test_says_nothing_of_the_message_below_the_required_level(certificates, tls, kind, failure):
    name = "elsewhere.example" if kind == "other" else NAME
    file = certificates.valid(name) if kind == "other" else getattr(certificates, kind)()
    with FaultServer(file, tls=tls).serving() as server:
        outcome, announced = send(server, envelope(), certificates)
    assert outcome.result is Result.UNPROTECTED
    assert [failed.tls for failed in outcome.failures] == [failure]
    assert not re.search(rb"MAIL|RCPT|DATA|Dear", b"".join(server.in_clear))
    assert {"MAIL", "RCPT", "DATA"}.isdisjoint(server.commands)
    assert (server.stored, announced) == ([], [])


@pytest.mark.parametrize(
    ("required", "failure"),
    [(Level.T3, TlsFailure.NOT_PROMISED), (Level.T4, TlsFailure.DANE_REQUIRED)],
)
def test_more_than_the_domain_promises_is_asked_of_no_server(certificates, required, failure):
    with FaultServer(certificates.valid()).serving() as server:
        outcome, announced = send(server, envelope(required=required), certificates)
    assert outcome.result is Result.UNPROTECTED
    assert [failed.tls for failed in outcome.failures] == [failure]
    assert (server.commands, server.stored, announced) == ([], [], [])


@pytest.mark.parametrize(
    ("tls", "kind", "achieved"),
    [("offered", "valid", Level.T2), ("offered", "expired", Level.T1), ("none", "valid", Level.T0),
     ("refused", "valid", Level.T0), ("old", "valid", Level.T0)],
)  # fmt: skip
def test_mail_without_phi_takes_the_best_there_is(certificates, tls, kind, achieved):
    with FaultServer(getattr(certificates, kind)(), tls=tls).serving() as server:
        outcome, _ = send(server, envelope(required=Level.T0), certificates)
    assert (outcome.result, outcome.evidence.level) == (Result.ACCEPTED, achieved)
    assert server.stored[0].over_tls is (achieved > Level.T0)


def test_the_door_itself_refuses_a_connection_that_proved_too_little(certificates):
    with FaultServer(certificates.expired()).serving() as server:
        dialer = Dialer("out.example", Contexts.load(None), IMPATIENT, server.port)
        session = run(dialer.dial(Place(NAME, server.address), required=Level.T1))
        with pytest.raises(LevelTooLow):
            run(hand_over(session, envelope(), Announcements()))
    assert "MAIL" not in server.commands


FAULTS = [
    ("drop_after_dot", Result.UNCERTAIN, Stage.DOT, "4.4.2", 1),
    ("reset_after_dot", Result.UNCERTAIN, Stage.DOT, "4.4.2", 1),
    ("late", Result.UNCERTAIN, Stage.DOT, "4.4.2", 1),
    ("garbage_after_dot", Result.UNCERTAIN, Stage.DOT, "4.4.2", 1),
    ("unknown", Result.REFUSED, Stage.RCPT, "5.1.1", 0),
    ("nouser", Result.REFUSED, Stage.RCPT, "5.1.1", 0),
    ("unknown_and_gone", Result.REFUSED, Stage.RCPT, "5.1.1", 0),
    ("unknown_and_closing", Result.REFUSED, Stage.RCPT, "5.1.1", 0),
    ("unknown_at_the_dot", Result.REFUSED, Stage.RCPT, "5.1.1", 0),
    ("greylist", Result.REFUSED, Stage.RCPT, "4.7.1", 0),
    ("full", Result.REFUSED, Stage.RCPT, "4.2.2", 0),
    ("garbage", Result.REFUSED, Stage.MAIL, "4.4.2", 0),
    ("vanish", Result.REFUSED, Stage.MAIL, "4.4.2", 0),
    ("spam", Result.REFUSED, Stage.DOT, "5.7.1", 0),
]


@pytest.mark.parametrize(("mode", "result", "stage", "status", "copies"), FAULTS)
def test_knows_what_can_be_known(certificates, mode, result, stage, status, copies):
    with FaultServer(certificates.valid()).serving() as server:
        outcome, _ = send(server, envelope(f"ada+{mode}"), certificates)
        assert (outcome.result, outcome.stage, outcome.reply.enhanced) == (result, stage, status)
    assert len(server.stored) == copies


def test_takes_a_refusal_that_comes_while_the_text_is_written(certificates):
    """Whether it is read before or after the dot is written depends on who is faster."""
    with FaultServer(certificates.valid()).serving() as server:
        outcome, _ = send(server, envelope("ada+early"), certificates)
    assert (outcome.result, outcome.reply.enhanced) == (Result.REFUSED, "5.3.4")
    assert outcome.stage in {Stage.DATA, Stage.DOT}
    assert server.stored == []


def test_a_drop_before_the_dot_never_counts_as_accepted(certificates):
    with FaultServer(certificates.valid()).serving() as server:
        outcome, _ = send(server, envelope("ada+drop_before_dot"), certificates)
    assert outcome.result in {Result.REFUSED, Result.UNCERTAIN}
    assert server.stored == []


SERVER_FAULTS = [
    ("silent", Stage.CONNECT, "4.4.1"),
    ("drip", Stage.CONNECT, "4.4.1"),
    ("endless", Stage.CONNECT, "4.4.1"),
    ("banner", Stage.CONNECT, "5.7.1"),
    ("asks", Stage.CONNECT, "4.4.1"),
    ("busy", Stage.MAIL, "4.3.2"),
    ("nomail", Stage.MAIL, "5.7.26"),
]


@pytest.mark.parametrize(("mode", "stage", "status"), SERVER_FAULTS)
def test_a_server_that_is_no_use_is_not_waited_for(certificates, mode, stage, status):
    with FaultServer(certificates.valid(), mode=mode).serving() as server:
        outcome, announced = send(server, envelope(), certificates)
    assert (outcome.result, outcome.stage) == (Result.REFUSED, stage)
    assert (outcome.reply.enhanced, announced) == (status, [])


def test_without_pipelining_stops_at_the_first_refusal(certificates):
    with FaultServer(certificates.valid(), extensions=()).serving() as server:
        outcome, _ = send(server, envelope("ada+unknown"), certificates)
    assert outcome.reply.enhanced == "5.1.1"
    assert "DATA" not in server.commands


def test_an_old_server_is_greeted_its_way_and_gets_nothing_confidential(certificates):
    with FaultServer(certificates.valid(), mode="helo").serving() as server:
        assert send(server, envelope(), certificates)[0].result is Result.UNPROTECTED
        assert server.stored == []
        outcome, _ = send(server, envelope(required=Level.T0), certificates)
    assert outcome.result is Result.ACCEPTED


def test_a_message_that_is_too_large_is_not_offered(certificates):
    with FaultServer(certificates.valid(), extensions=("SIZE 20",)).serving() as server:
        outcome, _ = send(server, envelope(), certificates)
    assert (outcome.result, outcome.reply.enhanced) == (Result.REFUSED, "5.3.4")
    assert "MAIL" not in server.commands


def test_a_message_that_may_no_longer_leave_is_dropped_before_its_dot(certificates):
    with FaultServer(certificates.valid()).serving() as server:
        outcome = transport_to(server, certificates=certificates).send(
            envelope(), lambda _identifier: False
        )
    assert (outcome.result, server.stored) == (Result.WITHHELD, [])


def test_one_connection_serves_many_and_a_refusal_in_between(certificates):
    with FaultServer(certificates.valid()).serving() as server:
        transport = transport_to(server, certificates=certificates)
        results = [
            transport.send(envelope(rcpt), Announcements()).result
            for rcpt in ("ada", "bob+unknown", "cyd", "dan+spam", "eve")
        ]
    assert [result.value for result in results] == ["accepted", "refused"] * 2 + ["accepted"]
    assert (len(server.stored), server.connections) == (3, 1)


def test_a_kept_connection_that_died_costs_nothing(certificates):
    with FaultServer(certificates.valid()).serving() as server:
        transport = transport_to(server, certificates=certificates)
        transport.send(envelope("ada+drop_after_dot"), Announcements())
        assert transport.send(envelope("bob"), Announcements()).result is Result.ACCEPTED


def test_the_next_host_takes_over(certificates):
    bad = FaultServer(certificates.expired(), address="127.0.0.2")
    with FaultServer(certificates.valid("mx2.x.example")).serving() as good:
        bad.port = good.port
        with bad.serving():
            transport = transport_to(bad, good, certificates=certificates)
            outcome = transport.send(envelope(), Announcements())
    assert (outcome.result, outcome.host) == (Result.ACCEPTED, "mx2.x.example")
    assert [failed.tls for failed in outcome.failures] == [TlsFailure.EXPIRED]


def test_nobody_listening_is_no_connection(certificates):
    with FaultServer(certificates.valid()).serving() as server:
        transport = transport_to(server, certificates=certificates)
    outcome = transport.send(envelope(), Announcements())
    assert (outcome.result, outcome.reply.enhanced) == (Result.REFUSED, "4.4.1")


@pytest.mark.parametrize(
    "text", [b"a\nb\r\n", b"a\rb\r\n", b"a", b"\xe9\r\n", b"a\0\r\n", b"a\r\n.\n.\r\n"]
)
def test_bytes_that_a_server_could_misread_never_leave(certificates, text):
    with FaultServer(certificates.valid()).serving() as server:
        with pytest.raises(ValueError, match="A message"):
            send(server, envelope(text=text), certificates)
    assert "MAIL" not in server.commands


@pytest.mark.parametrize(
    ("dns", "status"),
    [(FakeDns(), "5.1.2"), (FakeDns({"x.example": [(0, "")]}), "5.1.10"),
     (FakeDns(failing={"x.example"}), "4.4.3"), (FakeDns({"x.example": [(1, "m.example")]}), "4.4.4")],
    ids=["no domain", "null mx", "broken", "no host"],
)  # fmt: skip
def test_what_the_name_system_says_is_put_as_a_reply(dns, status):
    transport = SmtpTransport(dns, Dialer("out.example", Contexts.load(None)))
    outcome = transport.send(envelope(), Announcements())
    assert (outcome.result, outcome.stage) == (Result.REFUSED, Stage.DNS)
    assert outcome.reply.enhanced == status


def test_only_the_door_writes_messages():
    """`open_transaction`, `write_body` and `write_dot` have one caller in the product."""
    users = {
        file.name
        for folder in ("delivery", "integrations", "config")
        for file in Path(folder).rglob("*.py")
        if re.search(r"\.(open_transaction|write_body|write_dot)\(", file.read_text())
    }
    assert users == {"door.py"}


def test_a_host_that_does_not_answer_is_left_alone_for_a_while(certificates):
    with FaultServer(certificates.valid(), mode="silent").serving() as server:
        transport = transport_to(server, certificates=certificates)
        for _ in range(3):
            outcome = transport.send(envelope(), Announcements())
            assert (outcome.result, outcome.reply.enhanced) == (Result.REFUSED, "4.4.1")
    assert server.connections == 1
