"""Pins over real handshakes: what a workspace was told binds its own mail, and nobody else's."""

from dataclasses import replace

import pytest

from delivery.wire.dns import Tlsa
from delivery.wire.door import Result
from delivery.wire.levels import Level, PolicyType, TlsFailure
from delivery.wire.pins import Pin, narrower
from tests.delivery.test_policy_handshakes import known
from tests.delivery.wires import Announcements, envelope, transport_to
from tests.smtp_server import NAME, FaultServer

TOLD, STEADY = Pin((NAME,)), Pin((NAME,), "2026-10-20")


def send(transport, pin, *, required=Level.T0, policy=None):
    announced = Announcements()
    message = replace(envelope(required=required), pin=pin, known_policy=policy)
    return transport.send(message, announced), announced


@pytest.mark.parametrize("required", [Level.T0, Level.T2, Level.T2P])
@pytest.mark.parametrize("mx", [NAME, "*.x.example"])
def test_a_pinned_server_with_a_certificate_reaches_the_level(certificates, mx, required):
    with FaultServer(certificates.valid()).serving() as server:
        transport = transport_to(server, certificates=certificates)
        outcome, _ = send(transport, Pin((mx,)), required=required)
    assert (outcome.result, outcome.evidence.level) == (Result.ACCEPTED, Level.T2P)
    assert (outcome.evidence.pin, outcome.evidence.policy) == (mx, PolicyType.PIN)
    assert outcome.mx == (NAME,)


@pytest.mark.parametrize("required", [Level.T0, Level.T2, Level.T2P])
def test_another_server_hears_nothing(certificates, required):
    with FaultServer(certificates.valid()).serving() as server:
        transport = transport_to(server, certificates=certificates)
        outcome, announced = send(
            transport, Pin(("mx.y.example", "*.mx1.x.example")), required=required
        )
        assert (server.connections, server.stored, announced) == (0, [], [])
        assert send(transport, None)[0].result is Result.ACCEPTED
    assert outcome.result is Result.UNPROTECTED
    (failed,) = outcome.failures
    assert (failed.tls, failed.is_policy_failure) == (TlsFailure.NOT_PINNED, True)
    assert failed.policy is PolicyType.PIN


def test_another_server_is_passed_over_for_a_pinned_one(certificates):
    stranger = FaultServer(certificates.valid(), address="127.0.0.2")
    with FaultServer(certificates.valid("mx2.x.example")).serving() as pinned:
        stranger.port = pinned.port
        with stranger.serving():
            transport = transport_to(stranger, pinned, certificates=certificates)
            outcome, _ = send(transport, Pin(("mx2.x.example",)))
    assert (outcome.result, outcome.host) == (Result.ACCEPTED, "mx2.x.example")
    assert (stranger.connections, stranger.stored) == (0, [])
    assert outcome.mx == (NAME, "mx2.x.example")


@pytest.mark.parametrize(
    ("tls", "kind", "failure"),
    [
        ("none", "valid", TlsFailure.NOT_OFFERED),
        ("offered", "expired", TlsFailure.EXPIRED),
        ("offered", "untrusted", TlsFailure.UNTRUSTED),
    ],
)
def test_a_pinned_server_has_to_prove_that_it_is_the_one(certificates, tls, kind, failure):
    """Even for mail that tells of nobody's care: without a certificate anybody can take the name."""
    with FaultServer(getattr(certificates, kind)(), tls=tls).serving() as server:
        transport = transport_to(server, certificates=certificates)
        outcome, announced = send(transport, TOLD)
    (failed,) = outcome.failures
    assert (failed.tls, failed.policy, failed.is_policy_failure) == (failure, PolicyType.PIN, True)
    assert {"MAIL", "RCPT", "DATA"}.isdisjoint(server.commands)
    assert (server.stored, announced) == ([], [])


def test_servers_that_have_not_changed_reach_the_level_and_forbid_nothing(certificates):
    with FaultServer(certificates.valid()).serving() as server:
        transport = transport_to(server, certificates=certificates)
        outcome, _ = send(transport, STEADY, required=Level.T2P)
        other, _ = send(transport, Pin(("mx.y.example",), "2026-10-20"))
        refused, announced = send(
            transport, Pin(("mx.y.example",), "2026-10-20"), required=Level.T2P
        )
    assert (outcome.evidence.level, outcome.evidence.unchanged_since) == (Level.T2P, "2026-10-20")
    assert (outcome.evidence.policy, outcome.evidence.pin) == (PolicyType.NONE, "")
    assert (other.evidence.level, other.evidence.unchanged_since) == (Level.T2, "")
    assert [failed.tls for failed in refused.failures] == [TlsFailure.UNPINNED]
    assert (len(server.stored), announced) == (2, [])


def test_what_has_not_changed_is_no_reason_to_insist(certificates):
    with FaultServer(certificates.expired(), tls="offered").serving() as server:
        transport = transport_to(server, certificates=certificates)
        assert send(transport, STEADY)[0].evidence.level is Level.T1


def test_a_server_that_nothing_vouches_for_stays_below(certificates):
    with FaultServer(certificates.valid()).serving() as server:
        transport = transport_to(server, certificates=certificates)
        assert send(transport, None)[0].evidence.level is Level.T2
        outcome, announced = send(transport, None, required=Level.T2P)
    assert [failed.tls for failed in outcome.failures] == [TlsFailure.UNPINNED]
    assert (outcome.failures[0].is_policy_failure, announced) == (False, [])
    assert len(server.stored) == 1


def test_one_connection_vouches_for_the_mail_of_each_workspace_anew(certificates):
    """A kept session knows of a certificate, and of nobody's pin."""
    with FaultServer(certificates.valid()).serving() as server:
        transport = transport_to(server, certificates=certificates)
        pins = (TOLD, None, Pin(("mx.y.example",)), TOLD)
        outcomes = [send(transport, pin)[0] for pin in pins]
    levels = [outcome.evidence.level for outcome in outcomes]
    assert levels == [Level.T2P, Level.T2, Level.T0, Level.T2P]
    assert outcomes[2].result is Result.UNPROTECTED
    assert (server.connections, len(server.stored)) == (1, 3)


def test_a_session_in_clear_text_is_not_taken_for_a_pinned_server(certificates):
    with FaultServer(certificates.valid(), tls="none").serving() as server:
        transport = transport_to(server, certificates=certificates)
        assert send(transport, None)[0].evidence.level is Level.T0
        outcome, announced = send(transport, TOLD)
    assert (outcome.result, announced) == (Result.UNPROTECTED, [])
    assert len(server.stored) == 1


def test_the_domains_own_word_counts_more_and_beside_the_pin(certificates):
    with FaultServer(certificates.valid()).serving() as server:
        transport = transport_to(server, certificates=certificates)
        outcome, _ = send(transport, TOLD, required=Level.T3, policy=known(NAME))
        above, _ = send(transport, None, required=Level.T2P, policy=known(NAME))
        broken, _ = send(transport, TOLD, policy=known("mx.y.example"))
        elsewhere, _ = send(transport, Pin(("mx.y.example",)), policy=known(NAME))
    assert (outcome.evidence.level, outcome.evidence.pin) == (Level.T3, NAME)
    assert above.evidence.level is Level.T3
    assert [failed.tls for failed in broken.failures] == [TlsFailure.NOT_NAMED]
    assert [failed.tls for failed in elsewhere.failures] == [TlsFailure.NOT_PINNED]


def test_a_pin_rescues_no_server_that_shows_another_key(certificates):
    with FaultServer(certificates.valid()).serving() as server:
        keys = f"_{server.port}._tcp.{NAME}"
        transport = transport_to(
            server, certificates=certificates, secure={"x.example", NAME, keys},
            tlsa_records={keys: [Tlsa(3, 1, 1, b"a" * 32)]},
        )  # fmt: skip
        outcome, _ = send(transport, TOLD)
    assert [failed.tls for failed in outcome.failures] == [TlsFailure.TLSA_INVALID]
    assert server.stored == []


@pytest.mark.parametrize(
    ("mx", "than", "is_narrower"),
    [
        (("mx.a.example",), ("*.a.example",), True),
        (("*.a.example",), ("*.a.example", "mx.b.example"), True),
        (("*.a.example",), ("mx.a.example",), False),
        (("mx.b.a.example",), ("*.a.example",), False),
        (("mx.a.example", "mx.b.example"), ("mx.a.example",), False),
    ],
)
def test_fewer_servers_are_narrower(mx, than, is_narrower):
    assert narrower(mx, than) is is_narrower
