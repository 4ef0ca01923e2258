"""Signed keys over real handshakes: who shows one gets the mail, whoever else says what."""

import re
from pathlib import Path

import pytest
from cryptography import x509

from delivery.wire import destinations
from delivery.wire.dane import association
from delivery.wire.dns import Tlsa
from delivery.wire.door import Result
from delivery.wire.levels import Level, PolicyType, TlsFailure
from tests.delivery.wires import Announcements, envelope, transport_to
from tests.smtp_server import NAME, FaultServer

SIGNED = {"x.example", NAME}


def published(file: Path, kind: str = "3 1 1", *, place: int = 0) -> Tlsa:
    """What a domain publishes of the certificate at this place in the file."""
    usage, selector, matching = map(int, kind.split())
    certificate = x509.load_pem_x509_certificates(file.read_bytes())[place]
    found = association(certificate, selector=selector, matching=matching)
    return Tlsa(usage, selector, matching, found)


def signed(server: FaultServer, *records: Tlsa, host: str = NAME) -> dict:
    name = f"_{server.port}._tcp.{host}"
    return {"tlsa_records": {name: list(records)}, "secure": {*SIGNED, name}}


def send(server, certificates, records, *, required=Level.T0):
    announced = Announcements()
    transport = transport_to(server, certificates=certificates, **records)
    return transport.send(envelope(required=required), announced), announced


@pytest.mark.parametrize("required", [Level.T0, Level.T2, Level.T4])
@pytest.mark.parametrize("kind", ["valid", "untrusted", "expired"])
def test_a_published_key_is_the_best_proof_there_is(certificates, kind, required):
    file = getattr(certificates, kind)("another.example")
    with FaultServer(file).serving() as server:
        outcome, _ = send(server, certificates, signed(server, published(file)), required=required)
    assert (outcome.result, outcome.evidence.level) == (Result.ACCEPTED, Level.T4)
    assert (outcome.evidence.policy, outcome.evidence.tlsa) == (PolicyType.TLSA, "3 1 1")
    assert outcome.evidence.is_dnssec is True
    assert outcome.evidence.names == ("another.example",)
    assert server.stored[0].over_tls is True


@pytest.mark.parametrize("required", [Level.T0, Level.T2])
@pytest.mark.parametrize("tls", ["offered", "none", "refused", "injected", "reset", "old"])
def test_who_shows_another_key_gets_no_word_of_any_message(certificates, tls, required):
    """Though its certificate is one that everybody trusts."""
    other = published(certificates.untrusted())
    with FaultServer(certificates.valid(), tls=tls).serving() as server:
        outcome, announced = send(server, certificates, signed(server, other), required=required)
    assert outcome.result is Result.UNPROTECTED
    (failure,) = outcome.failures
    assert (failure.policy, failure.is_policy_failure) == (PolicyType.TLSA, True)
    assert (failure.tls is TlsFailure.TLSA_INVALID) is (tls == "offered")
    assert not re.search(rb"MAIL|RCPT|DATA|Dear", b"".join(server.in_clear))
    assert {"MAIL", "RCPT", "DATA"}.isdisjoint(server.commands)
    assert (server.stored, announced) == ([], [])


def test_an_authority_of_the_domains_own_vouches_for_its_server(certificates):
    file = certificates.chained()
    with FaultServer(file).serving() as server:
        known = published(file, "2 0 1", place=1)
        outcome, _ = send(server, certificates, signed(server, known), required=Level.T4)
    assert (outcome.result, outcome.evidence.tlsa) == (Result.ACCEPTED, "2 0 1")


@pytest.mark.parametrize(("name", "is_known"), [("x.example", True), ("y.example", False)])
def test_an_authority_vouches_for_the_domain_as_well(certificates, name, is_known):
    """RFC 7672 3.2.2."""
    file = certificates.chained(name)
    with FaultServer(file).serving() as server:
        known = published(file, "2 1 1", place=1)
        outcome, _ = send(server, certificates, signed(server, known))
    assert outcome.result is (Result.ACCEPTED if is_known else Result.UNPROTECTED)


def test_an_unanswered_question_about_keys_is_not_a_no(certificates):
    with FaultServer(certificates.valid()).serving() as server:
        broken = {"secure": SIGNED, "failing": {f"_{server.port}._tcp.{NAME}"}}
        outcome, announced = send(server, certificates, broken)
    assert [failed.tls for failed in outcome.failures] == [TlsFailure.DNSSEC_INVALID]
    assert (outcome.result, server.commands, announced) == (Result.UNPROTECTED, [], [])


@pytest.mark.parametrize("unsigned", ["x.example", NAME, "keys"])
def test_without_a_signature_all_the_way_keys_say_nothing(certificates, unsigned):
    with FaultServer(certificates.valid()).serving() as server:
        records = signed(server, published(certificates.untrusted()))
        records["secure"] -= {f"_{server.port}._tcp.{NAME}" if unsigned == "keys" else unsigned}
        outcome, _ = send(server, certificates, records)
    assert (outcome.result, outcome.evidence.level) == (Result.ACCEPTED, Level.T2)
    assert outcome.evidence.is_dnssec is (unsigned == "keys")


@pytest.mark.parametrize(
    ("kind", "tls", "required", "level"),
    [("valid", "offered", Level.T2, Level.T2), ("expired", "offered", Level.T0, Level.T1),
     ("expired", "offered", Level.T2, None), ("valid", "none", Level.T0, None)],
)  # fmt: skip
def test_keys_that_nobody_can_check_still_ask_for_tls(certificates, kind, tls, required, level):
    """RFC 7672 2.2: to require it is all that such records do."""
    file = getattr(certificates, kind)()
    with FaultServer(file, tls=tls).serving() as server:
        records = signed(server, published(file)._replace(usage=1))
        outcome, _ = send(server, certificates, records, required=required)
    if level is None:
        assert (outcome.result, server.stored) == (Result.UNPROTECTED, [])
    else:
        assert (outcome.result, outcome.evidence.level) == (Result.ACCEPTED, level)


def test_keys_are_looked_for_where_the_hosts_alias_leads(certificates):
    """RFC 7672 2.2.3; the name there is the one that the server is asked for."""
    file = certificates.chained("real.example")
    with FaultServer(file).serving() as server:
        records = signed(server, published(file, "2 0 2", place=1), host="real.example")
        outcome, _ = send(server, certificates, {**records, "aliases": {NAME: "real.example"}})
    assert (outcome.result, outcome.evidence.tlsa) == (Result.ACCEPTED, "2 0 2")


def test_a_connection_is_kept_for_the_keys_that_it_showed(certificates, monkeypatch):
    """One that an authority vouched for does not pass where a published key is asked, and back."""
    monkeypatch.setattr(destinations, "SHARED_SECONDS", 0.0)
    file = certificates.valid()
    with FaultServer(file).serving() as server:
        transport = transport_to(server, certificates=certificates)
        levels = []
        for records in ({}, signed(server, published(file)), {}, signed(server, published(file))):
            transport.dns.tlsa_records = records.get("tlsa_records", {})
            transport.dns.secure = records.get("secure", set())
            levels.append(transport.send(envelope(), Announcements()).evidence.level)
    assert levels == [Level.T2, Level.T4, Level.T2, Level.T4]
    assert server.connections == 2


def test_the_next_host_takes_over_from_one_that_shows_another_key(certificates):
    bad = FaultServer(certificates.valid(), address="127.0.0.2")
    with FaultServer(certificates.valid("mx2.x.example")).serving() as good:
        bad.port = good.port
        with bad.serving():
            name = f"_{good.port}._tcp.{NAME}"
            records = {"tlsa_records": {name: [published(certificates.untrusted())]},
                       "secure": {*SIGNED, name}}  # fmt: skip
            transport = transport_to(bad, good, certificates=certificates, **records)
            outcome = transport.send(envelope(), Announcements())
    assert (outcome.result, outcome.host) == (Result.ACCEPTED, "mx2.x.example")
    assert [failed.tls for failed in outcome.failures] == [TlsFailure.TLSA_INVALID]
    assert bad.stored == []
