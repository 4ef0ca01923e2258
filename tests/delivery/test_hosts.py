import json

import pytest

from delivery.wire.dns import DnsUnavailable, NoSuchDomain, Tlsa, ZoneFileDns
from delivery.wire.hosts import (
    DomainTakesNoMail,
    Host,
    NoUsableHost,
    hosts_of,
    may_connect,
    names_for,
)
from tests.fakes import FakeDns
from tests.tenancy.hostile_addresses import INSIDE

ADDRESS = "8.8.8.1"  # a global address; nothing connects to it


def hosts_for(domain, dns, *, allow_loopback):
    return hosts_of(names_for(domain, dns), dns, allow_loopback=allow_loopback)


def test_hosts_come_in_the_order_of_their_preference():
    dns = FakeDns(
        {"x.example": [(20, "b.x.example"), (10, "A.x.example")]},
        {"a.x.example": [ADDRESS], "b.x.example": [ADDRESS]},
    )
    assert hosts_for("x.example", dns, allow_loopback=False) == [
        Host("a.x.example", (ADDRESS,), canonical="a.x.example"),
        Host("b.x.example", (ADDRESS,), canonical="b.x.example"),
    ]


def test_equal_preferences_share_the_load():
    names = ["a.example", "b.example"]
    dns = FakeDns(
        {"x.example": [(10, name) for name in names]}, {name: [ADDRESS] for name in names}
    )
    firsts = {hosts_for("x.example", dns, allow_loopback=False)[0].name for _ in range(64)}
    assert firsts == set(names)


def test_a_domain_without_mx_is_its_own_host():
    dns = FakeDns(a_records={"x.example": [ADDRESS]})
    assert hosts_for("x.example", dns, allow_loopback=False) == [
        Host("x.example", (ADDRESS,), canonical="x.example")
    ]


def test_an_unusable_mx_never_falls_back_to_the_domain_itself():
    dns = FakeDns(
        {"x.example": [(10, "gone.example"), (20, "127.0.0.1")]}, {"x.example": [ADDRESS]}
    )
    with pytest.raises(NoUsableHost):
        hosts_for("x.example", dns, allow_loopback=True)


@pytest.mark.parametrize(
    ("records", "status"), [({"x.example": [(0, "")]}, "5.1.10"), ({}, "5.1.2")]
)
def test_null_mx_and_unknown_domains_are_permanent(records, status):
    with pytest.raises(DomainTakesNoMail) as refusal:
        hosts_for("x.example", FakeDns(records), allow_loopback=False)
    assert refusal.value.status == status


ODD_NAMES = (
    "mx\\.x.example",
    "\\195\\164.x.example",
    "m x.example",
    "*.example",
    "a" * 64 + ".example",
)


def test_names_that_no_certificate_can_carry_are_passed_over():
    rows = [(rank, name) for rank, name in enumerate((*ODD_NAMES, "mx_1.x.example"))]
    addresses = {name: [ADDRESS] for name in (*ODD_NAMES, "mx_1.x.example")}
    hosts = hosts_for("x.example", FakeDns({"x.example": rows}, addresses), allow_loopback=False)
    assert [host.name for host in hosts] == ["mx_1.x.example"]
    only_odd = FakeDns({"x.example": rows[:-1]}, addresses)
    with pytest.raises(NoUsableHost):
        hosts_for("x.example", only_odd, allow_loopback=False)


def test_an_alias_that_no_certificate_can_carry_is_not_asked_for():
    dns = FakeDns(
        {"x.example": [(1, "mx.x.example")]},
        {"mx.x.example": [ADDRESS]},
        aliases={"mx.x.example": "\\195.x.example"},
    )
    (host,) = hosts_for("x.example", dns, allow_loopback=False)
    assert host.canonical == "mx.x.example"


class CountingDns(FakeDns):
    def addresses(self, name):
        self.asked = [*getattr(self, "asked", ()), name]
        return super().addresses(name)


def test_a_domain_with_a_thousand_hosts_is_asked_about_the_best_of_them():
    rows = [(rank, f"mx{rank}.x.example") for rank in range(1000, 0, -1)]
    dns = CountingDns({"x.example": rows}, {name: [ADDRESS] for _, name in rows})
    hosts = hosts_for("x.example", dns, allow_loopback=False)
    assert dns.asked == [host.name for host in hosts] == [f"mx{n}.x.example" for n in range(1, 11)]


@pytest.mark.parametrize("failing", ["x.example", "mx.x.example"])
def test_a_broken_name_server_is_no_answer(failing):
    dns = FakeDns(
        {"x.example": [(10, "mx.x.example")]}, {"mx.x.example": [ADDRESS]}, failing={failing}
    )
    with pytest.raises(DnsUnavailable):
        hosts_for("x.example", dns, allow_loopback=False)


def test_a_host_that_nobody_knows_about_is_passed_over():
    dns = FakeDns(
        {"x.example": [(10, "mx1.x.example"), (20, "mx2.x.example")]},
        {"mx2.x.example": [ADDRESS]},
        failing={"mx1.x.example"},
    )
    (host,) = hosts_for("x.example", dns, allow_loopback=False)
    assert host.name == "mx2.x.example"


@pytest.mark.parametrize(
    ("secure", "is_secure"),
    [({"x.example", "mx.x.example"}, True), ({"x.example"}, False), ({"mx.x.example"}, False)],
)
def test_a_host_is_as_sure_as_the_weakest_answer_about_it(secure, is_secure):
    dns = FakeDns({"x.example": [(10, "mx.x.example")]}, {"mx.x.example": [ADDRESS]}, secure=secure)
    (host,) = hosts_for("x.example", dns, allow_loopback=False)
    assert host.is_secure is is_secure


@pytest.mark.parametrize(
    "inside",
    ["127.0.0.1", "10.0.0.1", "192.168.1.1", "172.16.0.9", "169.254.169.254", "100.64.0.1",
     "0.0.0.0", "224.0.0.1", "::1", "fc00::1", "fe80::1", "::ffff:127.0.0.1", "::", *INSIDE],  # noqa: S104
)  # fmt: skip
def test_never_connects_into_our_own_network(inside):
    assert not may_connect(inside, allow_loopback=False)


def test_the_sandbox_may_use_loopback_and_nothing_else_inside():
    assert may_connect("127.0.0.2", allow_loopback=True)
    assert not may_connect("10.0.0.1", allow_loopback=True)


def test_the_zone_file_answers_like_a_name_server(tmp_path):
    file = tmp_path / "zone.json"
    zone = {
        "mx": {"x.example": [[10, "mx.x.example"]]},
        "a": {"mx.x.example": ["127.0.0.2"]},
        "servfail": ["y.example"],
        "secure": ["x.example"],
        "tlsa": {"_25._tcp.mx.x.example": [[3, 1, 1, "ab01"]]},
    }
    file.write_text(json.dumps(zone))
    dns = ZoneFileDns.read(file)
    assert hosts_for("x.example", dns, allow_loopback=True) == [
        Host("mx.x.example", ("127.0.0.2",), is_secure=True, canonical="mx.x.example")
    ]
    assert dns.txt("x.example") == []
    keys = dns.tlsa("_25._tcp.mx.x.example")
    assert (keys, keys.is_secure) == ([Tlsa(3, 1, 1, b"\xab\x01")], True)
    with pytest.raises(DnsUnavailable):
        dns.mx("y.example")
    with pytest.raises(NoSuchDomain):
        dns.mx("z.example")
