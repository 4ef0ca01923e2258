"""Reports about TLS that we send: what they say, to whom, and of whom they say nothing."""

import gzip
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from itertools import count

import orjson
import pytest
from django.db import IntegrityError, transaction

from compliance import platform
from delivery.evidence import Observation
from delivery.models import SentTlsReport, TlsReporting
from delivery.services import policies, postures
from delivery.services.postures import Lesson
from delivery.tls_reports.reading import reports_in
from delivery.tls_sent import destinations, gathering, sending
from delivery.tls_sent.report import Report
from delivery.tls_sent.way import ReportWay
from delivery.wire.policies import KeptPolicy
from delivery.wire.sts import Mode, Policy
from tenancy import clock
from tenancy.fetch import Answer, Failure, FetchFailed
from tenancy.scope import platform_scope, tenant_scope
from tests.accounts.signing_in import browser_of, make_user
from tests.browser import assert_accessible
from tests.delivery.reports.reading import page
from tests.fakes import UNKNOWN_USER, FakeDns, FakeTransport

# Rows of the platform outlive a test, so that each has a day of its own.
DAYS = count()
DOMAIN = "harbourmail.example"
BY_MAIL = FakeDns(txt_records={f"_smtp._tls.{DOMAIN}": ["v=TLSRPTv1; rua=mailto:tls@post.example"]})


@dataclass
class Day:
    noon: datetime

    @property
    def next(self) -> datetime:
        return self.noon + timedelta(hours=17)


TODAY = Day(datetime(2026, 1, 1, 12, tzinfo=UTC))


@pytest.fixture(autouse=True)
def _another_day(clinic) -> None:
    TODAY.noon = datetime(2026, 1, 1, 12, tzinfo=UTC) + timedelta(days=2 * next(DAYS))
    with platform_scope():
        SentTlsReport.objects.filter(status="queued").update(
            status="failed", settled_at=clock.now()
        )
        TlsReporting.objects.update(off_since=None, gathered_day=None)


class Web:
    """A door that keeps what was posted, and answers as it is told."""

    def __init__(self, status: int = 201) -> None:
        self.status, self.posted = status, []

    def post(self, url, body, headers=None):
        self.posted.append((url, body, headers))
        if self.status == 0:
            raise FetchFailed(Failure.NOT_REACHED)
        return Answer(self.status, "text/plain", b"")


def saw(domain: str = DOMAIN, **shown: int) -> None:
    lesson = Lesson()
    for name, sessions in shown.items():
        lesson.observed[Observation("mx.host.example", name.replace("_", "-"))] = sessions
    with clock.at(TODAY.noon), transaction.atomic():
        postures.remember({domain: lesson}, clock.now())


def gathered() -> int:
    with clock.at(TODAY.next):
        return gathering.gather_due()


def told(transport=None, dns=BY_MAIL, web=None) -> int:
    with clock.at(TODAY.next), platform_scope():
        return sending.send_due(ReportWay(transport or FakeTransport()), dns, web or Web())


def report() -> SentTlsReport:
    with platform_scope():
        return SentTlsReport.objects.get(day=TODAY.noon.date())


def test_workspaces_are_added_up_and_not_told_apart(clinic, other_clinic):
    saw(T2=8, certificate_expired=2)
    with tenant_scope(other_clinic.id):
        saw(T2=5)
    assert (gathered(), gathered()) == (1, 0)
    row = report()
    assert (row.domain, row.sessions) == (DOMAIN, 15)
    assert row.counts == {"T2": 13, "certificate-expired": 2}


def test_a_day_is_prepared_once_and_nothing_of_it_stands_in_the_workspace(clinic):
    saw(T2=20)
    gathered()
    with platform_scope():
        TlsReporting.objects.update(gathered_day=None)
    assert gathered() == 1
    assert report().sessions == 20
    assert SentTlsReport.objects.count() == 0


def test_of_few_sessions_nothing_is_told(clinic):
    saw("quennell.example", T2=10)
    saw(T2=11)
    gathered()
    assert report().domain == DOMAIN
    with platform_scope(), pytest.raises(IntegrityError), transaction.atomic():
        SentTlsReport.objects.filter(day=TODAY.noon.date()).update(sessions=10)


def test_it_goes_by_mail_as_the_standard_has_it(clinic):
    saw(T3=30, T2=1, sts_host_not_named=2, T0=1, level_not_promised=9)
    gathered()
    transport = FakeTransport()
    assert (told(transport), told(transport)) == (1, 0)
    (letter,) = transport.handed_over["tls@post.example"]
    mail = message_from_bytes(letter, policy=policy.default)
    assert mail["TLS-Report-Domain"] == DOMAIN
    assert mail["TLS-Report-Submitter"] == platform.mail_domain()
    assert mail.get_content_type() == "multipart/report"
    assert mail["Content-Type"].params["report-type"] == "tlsrpt"
    assert (
        f"Report Domain: {DOMAIN} Submitter: {platform.mail_domain()} Report-ID: <"
        in mail["Subject"]
    )
    said = {(each.policy, each.successful, each.failed) for each in reports_in(letter)}
    assert said == {("sts", 30, 2), ("no-policy-found", 1, 1)}
    failures = [dict(each.failures) for each in reports_in(letter) if each.policy == "sts"]
    assert failures == [{"validation-failure": 2}]
    assert "Elm Street" not in letter.decode()
    assert report().status == "sent"


def test_what_a_workspace_pinned_is_no_matter_of_the_domain(clinic):
    saw(T2=10, T2P=8, host_not_pinned=5, level_not_pinned=4)
    gathered()
    transport = FakeTransport()
    told(transport)
    (letter,) = transport.handed_over["tls@post.example"]
    said = [(each.policy, each.successful, each.failed) for each in reports_in(letter)]
    assert said == [("no-policy-found", 18, 0)]


def test_it_goes_by_https_where_that_is_asked_for(clinic):
    saw(T4=40)
    gathered()
    record = "v=TLSRPTv1; rua=https://tls.post.example/in,mailto:tls@post.example"
    web, transport = Web(), FakeTransport()
    told(transport, FakeDns(txt_records={f"_smtp._tls.{DOMAIN}": [record]}), web)
    ((url, body, headers),) = web.posted
    assert (url, headers) == (
        "https://tls.post.example/in",
        {"Content-Type": "application/tlsrpt+gzip"},
    )
    text = orjson.loads(gzip.decompress(body))
    assert text["organization-name"] == platform.mail_domain()
    assert text["date-range"] == {
        "start-datetime": f"{TODAY.noon:%Y-%m-%d}T00:00:00Z",
        "end-datetime": f"{TODAY.next:%Y-%m-%d}T00:00:00Z",
    }
    assert text["policies"][0]["policy"] == {"policy-type": "tlsa", "policy-domain": DOMAIN}
    assert (report().status, transport.handed_over) == ("sent", {})


def test_it_names_the_policy_that_judged_newest_first(clinic, other_clinic):
    for tenant, age, mode in ((clinic, 2, Mode.TESTING), (other_clinic, 1, Mode.ENFORCE)):
        policy = Policy("id7", mode, ("mx.host.example", "*.host.example"), timedelta(days=7))
        with tenant_scope(tenant.id), clock.at(TODAY.noon):
            saw(T3=20, T2=3)
            fetched_at = clock.now() - timedelta(hours=age)
            policies.remember({DOMAIN: KeptPolicy(policy, fetched_at)})
    gathered()
    transport = FakeTransport()
    told(transport)
    named = {each["policy"]["policy-type"]: each["policy"] for each in policies_in(transport)}
    assert named["sts"] == {
        "policy-type": "sts",
        "policy-domain": DOMAIN,
        "policy-string": [
            "version: STSv1", "mode: enforce", "mx: mx.host.example", "mx: *.host.example",
            "max_age: 604800",
        ],
        "mx-host": ["mx.host.example", "*.host.example"],
    }  # fmt: skip
    assert named["no-policy-found"] == {
        "policy-type": "no-policy-found",
        "policy-domain": DOMAIN,
    }


def policies_in(transport) -> list:
    (letter,) = transport.handed_over["tls@post.example"]
    mail = message_from_bytes(letter, policy=policy.default)
    (report,) = mail.iter_attachments()
    return orjson.loads(gzip.decompress(report.get_content()))["policies"]


def test_who_does_not_ask_is_not_told(clinic):
    saw(T2=40)
    gathered()
    transport, web = FakeTransport(), Web()
    told(transport, FakeDns(), web)
    assert (report().status, transport.handed_over, web.posted) == ("unwanted", {}, [])


def test_what_is_not_taken_is_tried_again_a_few_times(clinic):
    saw(T2=40)
    gathered()
    refusing = FakeTransport({"tls@post.example": UNKNOWN_USER})
    for attempt in range(sending.MOST_ATTEMPTS):
        with clock.at(TODAY.next + attempt * sending.AGAIN_AFTER), platform_scope():
            assert sending.send_due(ReportWay(refusing), BY_MAIL, Web()) == 1
    assert (report().status, report().attempts) == ("failed", sending.MOST_ATTEMPTS)


def test_turned_off_nothing_is_gathered_and_nothing_leaves(clinic):
    saw(T2=40)
    gathered()
    operator = browser_of(make_user("Pat Platform", is_operator=True))
    operator.post("/platform/tls-reports/switch/", {"on": "no"})
    transport = FakeTransport()
    assert (told(transport), transport.handed_over) == (0, {})
    with clock.at(TODAY.next + timedelta(days=1)):
        assert gathering.gather_due() == 0
    assert "Turned off." in page(operator.get("/platform/tls-reports/"))
    operator.post("/platform/tls-reports/switch/", {"on": "yes"})
    assert told(transport) == 1
    shown = page(operator.get("/platform/tls-reports/"))
    assert DOMAIN in shown
    assert f"{TODAY.noon.day} {TODAY.noon:%B %Y} 40 Sent" in shown


@pytest.mark.parametrize(
    ("texts", "found"),
    [
        (["v=TLSRPTv1; rua=mailto:a@b.example"], ["mailto:a@b.example"]),
        (["v=spf1 -all", "v=TLSRPTv1;rua=https://b.example/x"], ["https://b.example/x"]),
        (["v=TLSRPTv1; rua=ftp://b.example, http://b.example, mailto:nobody"], []),
        (["v=TLSRPTv1; rua=mailto:a@b.example", "v=TLSRPTv1; rua=mailto:c@b.example"], []),
        (["v=TLSRPTv2; rua=mailto:a@b.example"], []),
        (["v=TLSRPTv1;"], []),
        ([], []),
    ],
)
def test_only_one_clear_record_asks_for_reports(texts, found):
    assert destinations.asked_for(texts) == found


def test_a_second_copy_has_the_same_bytes():
    one = Report("sealpost.example", "a@sealpost.example", DOMAIN, TODAY.noon.date(), {"T2": 20})
    assert one.zipped() == one.zipped()


@pytest.mark.browser
def test_the_page_stands(open_as, clinic):
    saw(T2=40)
    gathered()
    operator = make_user("Pat Platform", is_operator=True)
    assert_accessible(open_as(operator, "/platform/tls-reports/"))
