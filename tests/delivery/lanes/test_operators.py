import time
from threading import Event

import pytest

from delivery.lanes import directory as directories
from delivery.lanes.directory import PATIENCE_SECONDS, Directory
from delivery.lanes.operators import lane_of, operator_of, registered, table
from tests.fakes import FakeDns


@pytest.mark.parametrize(
    ("host", "lane"),
    [
        ("aspmx.l.google.com", "google"),
        ("alt3.gmail-smtp-in.l.google.com", "google"),
        ("ALT1.aspmx.L.GOOGLE.com.", "google"),
        ("elmclinic-org.mail.protection.outlook.com", "outlook"),
        ("hotmail-com.olc.protection.outlook.com", "outlook"),
        ("elmclinic-org.k-v1.mx.microsoft", "outlook"),
        ("mta5.am0.yahoodns.net", "yahoo"),
        ("mx0a-001b2d01.pphosted.com", "proofpoint"),
        ("us-smtp-inbound-1.mimecast.com", "mimecast"),
    ],
)
def test_knows_the_large_operators_by_their_hosts(host, lane):
    assert lane_of(host) == lane


def test_a_name_that_only_looks_like_a_large_operators_is_a_lane_of_its_own():
    assert lane_of("mx.notgoogle.com").startswith("other-")
    assert lane_of("google.com.evil.example").startswith("other-")


def test_hosts_of_one_owner_share_a_lane_whose_name_does_not_tell_whose_it_is():
    first, second = lane_of("mx1.elmclinic.example"), lane_of("mx2.elmclinic.example")
    assert first == second
    assert first != lane_of("mx1.oakclinic.example")
    assert "elm" not in first
    assert operator_of(first).label == "A server of its own"


@pytest.mark.parametrize(
    ("host", "suffix"),
    [
        ("mx.x.example", "x.example"),
        ("x.test", "x.test"),
        ("a.b.clinic.co.uk", "clinic.co.uk"),
        ("mail.trust.nhs.uk", "trust.nhs.uk"),
        ("mx.clinic.de", "clinic.de"),
    ],
)
def test_takes_the_registered_part_of_a_name(host, suffix):
    assert registered(host) == suffix


def test_every_operator_begins_with_less_than_it_takes():
    for operator in table().values():
        assert 1 <= operator.start <= operator.most <= 20
        assert operator.messages >= 20


def test_domains_on_one_host_share_a_lane_and_one_without_mx_has_its_own():
    dns = FakeDns(
        mx_records={
            "elm.example": [(20, "alt1.aspmx.l.google.com"), (10, "aspmx.l.google.com")],
            "oak.example": [(1, "smtp.google.com")],
            "null.example": [(0, "")],
        },
        a_records={"plain.example": ["192.0.2.1"]},
        failing={"broken.example"},
    )
    domains = ["elm.example", "oak.example", "null.example", "plain.example", "broken.example"]
    assert Directory(dns).lanes(domains) == {
        "elm.example": "google",
        "oak.example": "google",
        "null.example": lane_of("null.example"),
        "plain.example": lane_of("plain.example"),
        "broken.example": lane_of("broken.example"),
    }


def test_a_slow_name_system_does_not_hold_up_the_others():
    class SlowDns(FakeDns):
        def mx(self, domain):
            if domain.startswith("slow"):
                time.sleep(PATIENCE_SECONDS + 1)
            return super().mx(domain)

    directory = Directory(SlowDns(mx_records={"elm.example": [(10, "smtp.google.com")]}))
    names = [f"slow{number}.example" for number in range(40)]
    began = time.monotonic()
    lanes = directory.lanes([*names, "elm.example"])
    assert time.monotonic() - began < PATIENCE_SECONDS + 0.9
    assert lanes["slow0.example"] == lane_of("slow0.example")
    began = time.monotonic()
    directory.lanes(names)
    assert time.monotonic() - began < 0.5


def test_a_lane_that_was_known_stays_while_the_name_system_is_away(monkeypatch):
    monkeypatch.setattr(directories, "REMEMBERED_SECONDS", 0)
    dns = FakeDns(mx_records={"elm.example": [(10, "smtp.google.com")]})
    directory = Directory(dns)
    assert directory.lanes(["elm.example"]) == {"elm.example": "google"}
    dns.failing.add("elm.example")
    assert directory.lanes(["elm.example"]) == {"elm.example": "google"}


def test_a_slow_name_system_is_waited_for_once_in_a_minute(monkeypatch):
    monkeypatch.setattr(directories, "REMEMBERED_SECONDS", 0)
    monkeypatch.setattr(directories, "PATIENCE_SECONDS", 0.2)
    goes = Event()
    goes.set()

    class SlowDns(FakeDns):
        def mx(self, domain):
            goes.wait(5)
            return super().mx(domain)

    directory = Directory(SlowDns(mx_records={"elm.example": [(10, "smtp.google.com")]}))
    directory.lanes(["elm.example"])
    goes.clear()
    assert directory.lanes(["elm.example"]) == {"elm.example": "google"}
    began = time.monotonic()
    assert directory.lanes(["elm.example"]) == {"elm.example": "google"}
    assert time.monotonic() - began < 0.1
    goes.set()


def test_figures_of_an_operator_that_left_the_table_are_those_of_all_others():
    assert operator_of("gone") == table()["other"]
