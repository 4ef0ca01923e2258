"""Which MTA-STS policy holds: as time passes, and as the record and the web server come and go."""

import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from delivery.wire import policies
from delivery.wire.levels import TlsFailure
from delivery.wire.policies import KeptPolicy, Policies
from delivery.wire.sts import Mode, Policy
from tenancy import clock
from tenancy.fetch import Answer, Failure, FetchFailed
from tests.fakes import FakeDns
from tests.web_server import WebServer, plain

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
FILE = "version: STSv1\nmode: {mode}\nmx: mx.x.example\nmax_age: {age}\n"


def policy_file(mode: str = "enforce", age: int = 7 * 86_400) -> Answer:
    return Answer(200, "text/plain", FILE.format(mode=mode, age=age).encode())


@dataclass
class Web:
    """What the policy's web server says, or how it fails; counts how often it was asked."""

    says: Answer | Failure = field(default_factory=policy_file)
    asked: list[str] = field(default_factory=list)

    def get(self, url: str) -> Answer:
        self.asked.append(url)
        if isinstance(self.says, Failure):
            raise FetchFailed(self.says)
        return self.says


def names(identifier: str = "1") -> FakeDns:
    return FakeDns(txt_records={"_mta-sts.x.example": [f"v=STSv1; id={identifier};"]})


GONE = FakeDns()
BROKEN = FakeDns(failing={"_mta-sts.x.example"})


@pytest.fixture
def web() -> Web:
    return Web()


@pytest.fixture
def found_at(web: Web) -> Callable:
    """What one process finds for the domain, so much later."""
    process = Policies(web.get)

    def found(after: timedelta = 0 * HOUR, dns: FakeDns | None = None, **known):
        with clock.at(NOON + after):
            return process.of("x.example", dns or names(), **known)

    found.doubt = lambda: process.doubt("x.example")
    return found


def test_fetches_what_the_record_announces(found_at, web):
    expected = Policy("1", Mode.ENFORCE, ("mx.x.example",), 7 * DAY)
    assert found_at().kept == KeptPolicy(expected, NOON)
    assert found_at(HOUR).enforced == expected
    assert web.asked == ["https://mta-sts.x.example/.well-known/mta-sts.txt"]


@pytest.mark.parametrize("dns", [GONE, BROKEN])
def test_a_domain_that_announces_nothing_costs_no_request(found_at, web, dns):
    assert found_at(dns=dns) == (None, None)
    assert web.asked == []


@pytest.mark.parametrize("dns", [GONE, BROKEN], ids=["record gone", "name system down"])
def test_what_was_fetched_holds_for_its_time_without_a_record(found_at, dns):
    kept = found_at().kept
    assert found_at(7 * DAY - HOUR, dns).kept == kept
    assert found_at(7 * DAY, dns) == (None, None)


@pytest.mark.parametrize(
    ("says", "failure"),
    [
        (Failure.NOT_TRUSTED, TlsFailure.STS_WEBPKI),
        (Failure.NOT_REACHED, TlsFailure.STS_FETCH_ERROR),
        (Failure.REDIRECTED, TlsFailure.STS_FETCH_ERROR),
        (Failure.TOO_LARGE, TlsFailure.STS_FETCH_ERROR),
        (Failure.TOO_SLOW, TlsFailure.STS_FETCH_ERROR),
        (Answer(404, "text/plain", policy_file().body), TlsFailure.STS_FETCH_ERROR),
        (Answer(200, "text/html", policy_file().body), TlsFailure.STS_INVALID),
        (Answer(200, "text/plain", b"hello"), TlsFailure.STS_INVALID),
    ],
)
def test_a_policy_that_cannot_be_had_leaves_the_one_before(found_at, web, says, failure):
    good, web.says = web.says, says
    assert found_at() == (None, failure)
    web.says = good
    kept = found_at(HOUR).kept
    web.says = says
    assert found_at(2 * HOUR, names("2")) == (kept, failure)
    web.says = good
    assert found_at(3 * HOUR, names("2")).failure is None


def test_waits_five_minutes_after_a_failure(found_at, web):
    web.says = Failure.NOT_REACHED
    for minutes in (0, 1, 4, 5, 6):
        found_at(timedelta(minutes=minutes))
    assert len(web.asked) == 2


def test_a_new_id_brings_a_new_policy(found_at, web):
    found_at()
    web.says = policy_file("none")
    assert found_at(HOUR).kept.policy.mode is Mode.ENFORCE
    found = found_at(HOUR, names("2"))
    assert (found.kept.policy.mode, found.kept.policy.id) == (Mode.NONE, "2")
    assert found.enforced is None


def test_is_looked_at_again_each_day_though_the_id_stays(found_at, web):
    found_at()
    web.says = policy_file("testing")
    assert found_at(DAY - HOUR).enforced is not None
    assert found_at(DAY).kept == KeptPolicy(
        Policy("1", Mode.TESTING, ("mx.x.example",), 7 * DAY), NOON + DAY
    )
    assert len(web.asked) == 2


def test_a_policy_of_hours_is_looked_at_when_it_ends(found_at, web):
    web.says = policy_file(age=3600)
    found_at()
    web.says = Failure.NOT_REACHED
    assert found_at(HOUR) == (None, TlsFailure.STS_FETCH_ERROR)


def test_a_policy_for_no_time_holds_until_the_next_look(found_at, web):
    web.says = policy_file(age=0)
    assert found_at().enforced is not None
    web.says = Failure.NOT_REACHED
    assert found_at(timedelta(minutes=4)).enforced is not None
    assert found_at(timedelta(minutes=5)) == (None, TlsFailure.STS_FETCH_ERROR)


def test_a_doubted_policy_is_looked_at_again_and_believed_meanwhile(found_at, web):
    found_at()
    found_at.doubt()
    found_at(timedelta(minutes=4))
    assert len(web.asked) == 1
    web.says = Failure.NOT_REACHED
    assert found_at(HOUR).enforced is not None
    web.says = policy_file("none")
    assert found_at(2 * HOUR).enforced is None
    found_at(3 * HOUR)
    assert len(web.asked) == 3


def test_what_was_known_before_the_process_began_holds(found_at, web):
    before = KeptPolicy(Policy("1", Mode.ENFORCE, ("mx.x.example",), 7 * DAY), NOON - HOUR)
    assert found_at(dns=BROKEN, remembered=before).kept == before
    assert found_at(dns=names("1")).kept == before
    assert web.asked == []
    older = KeptPolicy(Policy("0", Mode.NONE, (), 7 * DAY), NOON - 2 * HOUR)
    assert found_at(remembered=older).kept == before
    assert found_at(7 * DAY, BROKEN, remembered=before) == (None, None)


def test_a_name_that_no_web_server_can_have_is_no_reason_to_fall_over():
    dns = FakeDns(txt_records={"_mta-sts.under_score.example": ["v=STSv1; id=1;"]})
    assert Policies().of("under_score.example", dns) == (None, TlsFailure.STS_FETCH_ERROR)


@pytest.mark.parametrize(("kind", "is_found"), [("valid", True), ("untrusted", False)])
def test_is_fetched_over_verified_tls(certificates, kind, is_found):
    file = getattr(certificates, kind)("mta-sts.x.example")
    with WebServer(file, [plain(policy_file().body)]).serving() as server:
        door = server.door(certificates.ca_file)
        policies = Policies(
            lambda url: door.get(url.replace(".example/", f".example:{server.port}/"))
        )
        found = policies.of("x.example", names())
    assert (found.enforced is not None) is is_found
    assert found.failure is (None if is_found else TlsFailure.STS_WEBPKI)


def test_threads_that_make_room_at_once_lose_no_step(monkeypatch):
    monkeypatch.setattr(policies, "MOST_WATCHED", 20)
    known = Policies(Web().get)
    kept = KeptPolicy(Policy("1", Mode.NONE, (), DAY), clock.now())
    domains = [f"d{number}.example" for number in range(5_000)]
    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(8) as threads:
            asked = threads.map(lambda domain: known.of(domain, GONE, remembered=kept), domains)
            assert {found.kept for found in asked} == {kept}
    finally:
        sys.setswitchinterval(usual)
    assert len(known.watched) == 20
