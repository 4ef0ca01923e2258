"""MTA-STS over real handshakes: an enforced policy raises what every message needs."""

from dataclasses import replace
from datetime import timedelta

import pytest

from delivery.wire.dns import Tlsa
from delivery.wire.door import Result
from delivery.wire.levels import Level, PolicyType, TlsFailure
from delivery.wire.policies import KeptPolicy, Policies
from delivery.wire.sts import Mode, Policy
from tenancy import clock
from tests.delivery.test_policies import Web, names, policy_file
from tests.delivery.wires import Announcements, envelope, transport_to
from tests.smtp_server import NAME, FaultServer


def known(*mx: str, mode: Mode = Mode.ENFORCE) -> KeptPolicy:
    return KeptPolicy(Policy("id7", mode, mx, timedelta(days=7)), clock.now())


def send(transport, policy, *, required=Level.T0):
    announced = Announcements()
    message = replace(envelope(required=required), known_policy=policy)
    return transport.send(message, announced), announced


@pytest.mark.parametrize("required", [Level.T0, Level.T2, Level.T3])
@pytest.mark.parametrize("mx", [NAME, "*.x.example"])
def test_a_named_server_with_a_certificate_is_vouched_for(certificates, mx, required):
    with FaultServer(certificates.valid()).serving() as server:
        transport = transport_to(server, certificates=certificates)
        outcome, _ = send(transport, known(mx), required=required)
    assert (outcome.result, outcome.evidence.level) == (Result.ACCEPTED, Level.T3)
    assert (outcome.evidence.policy, outcome.evidence.sts_id) == (PolicyType.STS, "id7")
    assert outcome.policy.policy.id == "id7"


BROKEN = [
    ("none", "valid", TlsFailure.NOT_OFFERED),
    ("refused", "valid", TlsFailure.REFUSED_NOW),
    ("offered", "expired", TlsFailure.EXPIRED),
    ("offered", "untrusted", TlsFailure.UNTRUSTED),
]


@pytest.mark.parametrize("required", [Level.T0, Level.T2])
@pytest.mark.parametrize(("tls", "kind", "failure"), BROKEN)
def test_no_message_goes_to_a_server_that_breaks_the_policy(
    certificates, tls, kind, failure, required
):
    with FaultServer(getattr(certificates, kind)(), tls=tls).serving() as server:
        transport = transport_to(server, certificates=certificates)
        outcome, announced = send(transport, known(NAME), required=required)
    assert outcome.result is Result.UNPROTECTED
    (failed,) = outcome.failures
    assert (failed.tls, failed.policy, failed.is_policy_failure) == (failure, PolicyType.STS, True)
    assert {"MAIL", "RCPT", "DATA"}.isdisjoint(server.commands)
    assert (server.stored, announced) == ([], [])


def test_a_server_that_the_policy_does_not_name_is_passed_over(certificates):
    stranger = FaultServer(certificates.valid(), address="127.0.0.2")
    with FaultServer(certificates.valid("mx2.x.example")).serving() as named:
        stranger.port = named.port
        with stranger.serving():
            transport = transport_to(stranger, named, certificates=certificates)
            outcome, _ = send(transport, known("mx2.x.example"))
    assert (outcome.result, outcome.host) == (Result.ACCEPTED, "mx2.x.example")
    assert [(failed.tls, failed.policy) for failed in outcome.failures] == [
        (TlsFailure.NOT_NAMED, PolicyType.STS)
    ]
    assert (stranger.connections, stranger.stored) == (0, [])


@pytest.mark.parametrize("mode", [Mode.TESTING, Mode.NONE])
def test_a_policy_that_is_not_enforced_changes_nothing(certificates, mode):
    with FaultServer(certificates.expired(), tls="offered").serving() as server:
        transport = transport_to(server, certificates=certificates)
        outcome, _ = send(transport, known("other.example", mode=mode))
        assert (outcome.result, outcome.evidence.level) == (Result.ACCEPTED, Level.T1)
        assert outcome.policy.policy.mode is mode
        refused, _ = send(transport, known(NAME, mode=mode), required=Level.T3)
    assert [failed.tls for failed in refused.failures] == [TlsFailure.NOT_PROMISED]


def test_no_policy_rescues_a_server_that_shows_another_key(certificates):
    """RFC 8461 2."""
    with FaultServer(certificates.valid()).serving() as server:
        keys = f"_{server.port}._tcp.{NAME}"
        transport = transport_to(
            server, certificates=certificates, secure={"x.example", NAME, keys},
            tlsa_records={keys: [Tlsa(3, 1, 1, b"a" * 32)]},
        )  # fmt: skip
        outcome, _ = send(transport, known(NAME))
    assert outcome.result is Result.UNPROTECTED
    assert [failed.tls for failed in outcome.failures] == [TlsFailure.TLSA_INVALID]
    assert server.stored == []


def test_one_connection_serves_a_domain_with_and_one_without_a_policy(certificates):
    """What the first domain vouches for says nothing about the second."""
    with FaultServer(certificates.valid()).serving() as server:
        transport = transport_to(server, certificates=certificates)
        transport.dns.mx_records["y.example"] = [(10, NAME)]
        first, _ = send(transport, known(NAME), required=Level.T3)
        other = replace(envelope(required=Level.T0), rcpt_to="ben@y.example")
        second = transport.send(other, Announcements())
        third = transport.send(replace(other, required=Level.T3), Announcements())
    assert [outcome.evidence.level for outcome in (first, second)] == [Level.T3, Level.T2]
    assert (second.evidence.sts_id, second.evidence.policy) == ("", PolicyType.NONE)
    assert [failed.tls for failed in third.failures] == [TlsFailure.NOT_PROMISED]
    assert server.connections == 1


def test_a_session_below_a_policy_is_not_taken_for_it(certificates):
    with FaultServer(certificates.valid(), tls="none").serving() as server:
        transport = transport_to(server, certificates=certificates)
        assert send(transport, None)[0].evidence.level is Level.T0
        outcome, announced = send(transport, known(NAME))
    assert (outcome.result, announced) == (Result.UNPROTECTED, [])
    assert len(server.stored) == 1


def test_a_broken_policy_is_looked_at_again_before_mail_is_given_up(certificates):
    web = Web(policy_file())
    with FaultServer(certificates.expired()).serving() as server:
        transport = replace(
            transport_to(server, certificates=certificates), policies=Policies(web.get)
        )
        transport.dns.txt_records |= names().txt_records
        outcomes = []
        for minutes, says in ((0, "enforce"), (1, "none"), (6, "none")):
            web.says = policy_file(says)
            with clock.at(clock.now() + timedelta(minutes=minutes)):
                outcomes.append(transport.send(envelope(required=Level.T0), Announcements()))
    assert [outcome.result.value for outcome in outcomes] == [
        "unprotected", "unprotected", "accepted",
    ]  # fmt: skip
    assert len(web.asked) == 2


def test_what_a_fetch_met_is_why_nothing_is_promised(certificates):
    web = Web(replace(policy_file(), status=404))
    with FaultServer(certificates.valid()).serving() as server:
        transport = replace(
            transport_to(server, certificates=certificates), policies=Policies(web.get)
        )
        transport.dns.txt_records |= names().txt_records
        outcome = transport.send(envelope(required=Level.T3), Announcements())
    assert [failed.tls for failed in outcome.failures] == [TlsFailure.STS_FETCH_ERROR]
    assert server.commands == []
