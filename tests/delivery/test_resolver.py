"""The DNS door over a name server on loopback: what is asked, and whose word on signatures counts."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import dns.flags
import dns.message
import dns.rcode
import dns.rrset
import pytest

from delivery.wire.dns import DnsUnavailable, NoSuchDomain, Tlsa
from delivery.wire.resolver import ResolverDns

RECORDS = {
    ("x.example.", "MX"): ["10 MX.x.example.", "20 b.x.example."],
    ("null.example.", "MX"): ["0 ."],
    ("mx.x.example.", "A"): ["8.8.8.1"],
    ("mx.x.example.", "AAAA"): ["2001:db9::1"],
    ("alias.example.", "CNAME"): ["mx.x.example."],
    ("_25._tcp.mx.x.example.", "TLSA"): [f"3 1 1 {'ab' * 32}", f"2 0 0 {'ff' * 9}"],
    ("x.example.", "TXT"): ['"v=spf1" " -all"'],
    ("bogus.example.", "MX"): [],
}


class NameServer:
    """Answers from RECORDS; everything is signed but what is in `unsigned`."""

    def __init__(self) -> None:
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.where = f"127.0.0.1:{self.socket.getsockname()[1]}"
        self.asked: list[dns.message.Message] = []
        self.unsigned: set[str] = set()
        self.failing: set[str] = set()

    def answer(self) -> None:
        while data := self.socket.recvfrom(4096):
            question = dns.message.from_wire(data[0])
            if question.question[0].name.to_text() == "end.":
                return
            self.asked.append(question)
            self.socket.sendto(self.reply(question).to_wire(), data[1])

    def reply(self, question: dns.message.Message) -> dns.message.Message:
        reply = dns.message.make_response(question, recursion_available=True)
        name, kind = question.question[0].name, question.question[0].rdtype.name
        if name.to_text() == "bogus.example." or kind in self.failing:
            reply.set_rcode(dns.rcode.SERVFAIL)
            return reply
        alias = RECORDS.get((name.to_text(), "CNAME"))
        if alias:
            reply.answer.append(dns.rrset.from_text(name, 60, "IN", "CNAME", *alias))
            name = dns.name.from_text(alias[0])
        values = RECORDS.get((name.to_text(), kind), [])
        if values:
            reply.answer.append(dns.rrset.from_text(name, 60, "IN", kind, *values))
        if not any(known == name.to_text() for known, _ in RECORDS):
            reply.set_rcode(dns.rcode.NXDOMAIN)
        if kind not in self.unsigned:
            reply.flags |= dns.flags.AD
        return reply


@contextmanager
def serving() -> Iterator[NameServer]:
    server = NameServer()
    thread = threading.Thread(target=server.answer, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.socket.sendto(
            dns.message.make_query("end.", "A").to_wire(), server.socket.getsockname()
        )
        thread.join()
        server.socket.close()


@pytest.fixture
def server() -> Iterator[NameServer]:
    with serving() as server:
        yield server


def test_reads_each_kind_of_record(server):
    asked = ResolverDns(server.where)
    assert sorted(asked.mx("x.example")) == [(10, "MX.x.example"), (20, "b.x.example")]
    assert asked.mx("null.example") == [(0, "")]
    assert asked.mx("mx.x.example") == []
    assert asked.addresses("mx.x.example") == ["2001:db9::1", "8.8.8.1"]
    assert asked.txt("x.example") == ["v=spf1 -all"]
    keys = asked.tlsa("_25._tcp.mx.x.example")
    assert set(keys) == {Tlsa(3, 1, 1, b"\xab" * 32), Tlsa(2, 0, 0, b"\xff" * 9)}


def test_says_where_an_alias_leads(server):
    found = ResolverDns(server.where).addresses("alias.example")
    assert (found.name, found[1]) == ("mx.x.example", "8.8.8.1")


def test_asks_for_signatures_to_be_checked(server):
    ResolverDns(server.where).mx("x.example")
    (question,) = server.asked
    assert question.flags & dns.flags.AD
    assert (question.edns, question.ednsflags & dns.flags.DO) == (0, dns.flags.DO)


def test_believes_the_resolver_of_the_settings_and_none_else(server):
    asked = ResolverDns(server.where)
    assert asked.mx("x.example").is_secure is True
    other = ResolverDns()
    other._resolver.nameservers, other._resolver.port = ["127.0.0.1"], int(server.where[10:])
    assert sorted(other.mx("x.example")) == sorted(asked.mx("x.example"))
    assert other.mx("x.example").is_secure is False


@pytest.mark.parametrize("unsigned", ["A", "AAAA"])
def test_addresses_are_signed_if_both_answers_are(server, unsigned):
    asked = ResolverDns(server.where)
    assert asked.addresses("mx.x.example").is_secure is True
    server.unsigned = {unsigned}
    assert ResolverDns(server.where).addresses("mx.x.example").is_secure is False


def test_a_name_server_that_knows_no_newer_addresses_is_believed_about_the_others(server):
    server.failing, server.unsigned = {"AAAA"}, {"A"}
    found = ResolverDns(server.where).addresses("mx.x.example")
    assert (found, found.is_secure) == (["8.8.8.1"], False)
    with pytest.raises(DnsUnavailable):
        ResolverDns(server.where).addresses("x.example")


@pytest.mark.parametrize("failing", ["A", "AAAA"])
def test_half_an_answer_about_a_signed_name_is_none(server, failing):
    """Or whoever breaks one half could take DANE away with it."""
    server.failing = {failing}
    with pytest.raises(DnsUnavailable):
        ResolverDns(server.where).addresses("mx.x.example")


def test_a_forged_answer_is_no_answer(server):
    with pytest.raises(DnsUnavailable):
        ResolverDns(server.where).mx("bogus.example")
    with pytest.raises(NoSuchDomain):
        ResolverDns(server.where).mx("nobody.example")


@pytest.mark.parametrize("where", ["8.8.8.8:53", "10.0.0.1:53", "localhost:53"])
def test_a_resolver_elsewhere_is_not_taken(where):
    with pytest.raises(ValueError, match=r"on this machine|IPv4 or IPv6"):
        ResolverDns(where)
