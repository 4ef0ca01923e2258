"""Reports arrive at the bounce domain and end as figures beside the sender domain."""

from datetime import timedelta

import pytest
from django.db import connection

from delivery.inbound import accepting, reading
from delivery.inbound.accepting import Arrival
from delivery.inbound.recipients import destination_of
from delivery.models import InboundMail, Reply, TlsReport
from delivery.tls_reports import keeping, seen
from tenancy import clock
from tests.accounts.signing_in import browser_of, make_member
from tests.browser import assert_accessible
from tests.compliance.reading import text_of
from tests.delivery.tls_reports.letters import detail, letter, policy, report, zipped
from tests.factories.campaigns import SENDER_DOMAIN, sender

HERE = f"tls-reports@bounce.{SENDER_DOMAIN}"


@pytest.fixture
def domain(clinic):
    return sender().domain


def arrives(*texts: str) -> str:
    """The finding of the last."""
    for text in texts:
        content = letter(zipped(text))
        accepting.keep(Arrival("x@big.example", ((HERE, destination_of(HERE, "")),), content))
        reading.read_waiting()
    return InboundMail.objects.latest("received_at").finding


def expired(sessions, **named):
    details = policy(
        SENDER_DOMAIN, detail("certificate-expired", sessions), successful=90, failed=10
    )
    return report(SENDER_DOMAIN, details, **named)


def test_a_report_is_counted_once_however_often_it_comes(domain):
    assert arrives(expired(10), expired(10) + " ") == "tls_report"
    row = TlsReport.objects.get()
    assert (row.domain, row.policy, row.successful, row.failed) == (SENDER_DOMAIN, "sts", 90, 10)
    assert (row.failures, row.reporter) == ({"certificate-expired": 10}, "Big Mail")
    assert Reply.objects.count() == 0


def test_who_reported_rests_sealed_and_no_host_is_kept(domain):
    arrives(expired(10))
    with connection.cursor() as cursor:
        cursor.execute("SELECT t::text, reporter FROM delivery_tlsreport t")
        ((row, reporter),) = cursor.fetchall()
    assert b"Big Mail" not in bytes(reporter)
    assert "mx1" not in row
    assert "2001:db8" not in row


@pytest.mark.parametrize("name", ["gmail.example", "elm.example", f"x.{SENDER_DOMAIN}"])
def test_of_other_domains_nothing_is_kept(domain, name):
    assert arrives(report(name)) == "tls_report_of_others"
    assert TlsReport.objects.count() == 0


@pytest.mark.parametrize("days", [-31, 2])
def test_of_other_times_nothing_is_kept(domain, days):
    assert arrives(expired(1, ends_at=clock.now() + timedelta(days=days))) == "tls_report_of_others"
    assert TlsReport.objects.count() == 0


def test_a_flood_of_reports_fills_no_table(domain, monkeypatch):
    monkeypatch.setattr(keeping, "MOST_A_DAY", 2)
    texts = [expired(1, report_id=f"r-{number}") for number in range(3)]
    assert arrives(*texts) == "tls_report_too_many"
    assert TlsReport.objects.count() == 2
    with clock.at(clock.now() + timedelta(days=1, minutes=1)):
        assert arrives(expired(1, report_id="r-9")) == "tls_report"


def test_what_is_no_report_is_read_like_any_mail(domain):
    assert arrives("no report") == "unclear"
    assert TlsReport.objects.count() == 0


def test_the_figures_are_those_of_thirty_days(domain):
    now = clock.now().replace(microsecond=0)
    dane = policy(SENDER_DOMAIN, kind="tlsa", successful=5, failed=0)
    arrives(
        expired(10, report_id="a", ends_at=now),
        expired(30, report_id="b", reporter="Small Mail", ends_at=now - timedelta(days=2)),
        report(SENDER_DOMAIN, dane, report_id="c", ends_at=now - timedelta(days=20)),
    )
    with clock.at(now - timedelta(days=25)):
        arrives(expired(1, report_id="d", ends_at=now - timedelta(days=31)))
    figures = seen.of_domain(SENDER_DOMAIN)
    assert (figures.successful, figures.failed) == (185, 20)
    assert figures.failures == [("The certificate had expired", 40)]
    assert figures.policies == [("MTA-STS", 180, 20), ("DANE", 5, 0)]
    assert [(one.name, one.successful, one.failed, one.last_at) for one in figures.reporters] == [
        ("Big Mail", 95, 10, now),
        ("Small Mail", 90, 10, now - timedelta(days=2)),
    ]


def test_the_page_of_the_domain_leads_to_them(clinic, domain):
    owner = browser_of(make_member(clinic, "owner"))
    url = f"/settings/domains/{domain.pk}/tls/"
    assert url in owner.get(f"/settings/domains/{domain.pk}/").content.decode()
    assert "Nobody has reported yet" in text_of(owner.get(url))
    arrives(expired(10))
    page = text_of(owner.get(url))
    assert "The certificate had expired 10" in page
    assert "Big Mail 90 10" in page


def test_what_a_reporter_calls_itself_is_text(clinic, domain):
    arrives(report(SENDER_DOMAIN, reporter="<script>alert(1)</script>"))
    owner = browser_of(make_member(clinic, "owner"))
    page = owner.get(f"/settings/domains/{domain.pk}/tls/").content.decode()
    assert "&lt;script&gt;alert(1)" in page
    assert "<script>alert(1)" not in page


@pytest.mark.browser
def test_the_page_stands(clinic, domain, open_as):
    arrives(expired(10))
    owner = make_member(clinic, "owner")
    assert_accessible(open_as(owner, f"/settings/domains/{domain.pk}/tls/"))
