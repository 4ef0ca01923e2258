"""Reports → Domain security: which servers protect mail, found by name without the name in a URL."""

from datetime import timedelta

import pytest

from compliance.models import Alert
from compliance.services import alerts
from delivery.models import DomainPosture
from delivery.models.posture import SHOWN
from delivery.reports import domains
from delivery.reports.story import TLS_FAILURES
from tenancy import clock
from tenancy.scope import tenant_scope
from tests.accounts.signing_in import browser_of, make_member
from tests.browser import assert_accessible
from tests.compliance.reading import text_of
from tests.delivery.postures import NOT_OFFERED, learn
from tests.factories.contacts import make_contact

LIST = "/reports/domains/"


@pytest.fixture
def browser(clinic):
    return browser_of(make_member(clinic, "marketer", "Mia Marketer"))


def names(state: str = "", before=None) -> list[str]:
    return [row.name for row in domains.page(state, before=before).rows]


def test_lists_domains_with_the_latest_change_first(clinic, browser):
    now = clock.now()
    for hours, lesson in ((3, {"lake": "T4"}), (2, {"elm": NOT_OFFERED}), (1, {"lake": "T4"})):
        with clock.at(now - timedelta(hours=hours)):
            learn(**lesson)
    assert names() == ["elm.example", "lake.example"]
    assert (names("short"), names("safe")) == (["elm.example"], ["lake.example"])
    page = text_of(browser.get(LIST))
    assert "The server offers no TLS." in page
    assert browser.get(f"{LIST}?state=other").status_code == 404


def test_a_page_ends_and_the_next_one_goes_on(clinic, monkeypatch):
    monkeypatch.setattr(domains, "PAGE_SIZE", 2)
    learn(a="T2", b="T2", c="T2")
    first = domains.page("", before=None)
    rest = domains.page("", before=first.older)
    assert sorted(row.name for row in (*first.rows, *rest.rows)) == [
        "a.example", "b.example", "c.example",
    ]  # fmt: skip
    assert (len(first.rows), rest.older) == (2, None)


def test_the_trend_counts_days_and_the_servers_their_findings(clinic):
    now = clock.now()
    for days, what in ((40, "T0"), (3, "T2"), (3, "certificate-expired"), (1, "T3"), (0, "T3")):
        with clock.at(now - timedelta(days=days)):
            learn(lake=what)
    posture = DomainPosture.objects.get()
    row = domains.row(posture)
    assert (row.trend, row.safe, row.short) == ("Verified all day on 2 of 3 days with mail", 3, 1)
    assert [day.fill for day in row.days[-4:]] == ["held", "soft", "tls", "tls"]
    (host,) = domains.hosts(posture)
    assert (host.name, host.best) == ("mx.lake.example", domains.LEVEL_NAMES["T3"])
    assert host.findings == (
        (f"Mail offered: {domains.LEVEL_NAMES['T3']}", 2),
        (f"Mail offered: {domains.LEVEL_NAMES['T2']}", 1),
        (f"Held back: {TLS_FAILURES['certificate-expired']}", 1),
    )


def test_finds_a_domain_without_its_name_in_the_address(clinic, browser):
    learn(lake="T2")
    for wanted in ("lake.example", " ada@LAKE.example "):
        answer = browser.post(f"{LIST}search/", {"q": wanted})
        assert answer["Location"] == f"{LIST}{DomainPosture.objects.get().pk}/"
    for unknown in ("other.example", "", "..", "@"):
        assert browser.post(f"{LIST}search/", {"q": unknown})["Location"] == LIST


def test_the_page_of_a_domain_counts_its_people(clinic, browser):
    learn(lake="T2")
    make_contact(external_id="1", email="ada@lake.example")
    make_contact(external_id="2", email="ben@lake.example")
    make_contact(external_id="3", email="cy@elm.example")
    page = f"{LIST}{DomainPosture.objects.get().pk}/"
    assert "mx.lake.example" in text_of(browser.get(page))
    assert "2 people have a mailbox there" in text_of(browser.get(f"{page}people/"))


def test_another_workspaces_domain_is_not_found(clinic, other_clinic, browser):
    with tenant_scope(other_clinic.id):
        learn(lake="T2")
        theirs = DomainPosture.objects.get().pk
    learn(lake="T2")
    assert browser.get(f"{LIST}{DomainPosture.objects.get().pk}/").status_code == 200
    assert browser.get(f"{LIST}{theirs}/").status_code == 404
    assert browser.get(f"{LIST}{theirs}/people/").status_code == 404


def test_an_alert_leads_to_its_domain(clinic):
    learn(lake="tlsa-invalid")
    posture = DomainPosture.objects.get()
    alerts.raise_about_domain(Alert.Kind.DANE, posture.pk, messages=2)
    browser = browser_of(make_member(clinic, "compliance_officer", "Cleo Castellane"))
    answer = browser.get(f"/compliance/alerts/{Alert.objects.get().pk}/")
    assert f'href="{LIST}{posture.pk}/"' in answer.content.decode()
    assert "Messages that met it" in text_of(answer)
    assert "lake.example" not in text_of(answer)
    home = text_of(browser.get("/"))
    assert "has a server that does not fit its signed records (DANE)" in home
    assert "Met by 2 of your messages." in home


@pytest.mark.browser
def test_the_pages_are_accessible_in_either_theme_and_on_a_phone(clinic, open_as):
    learn(lake="T4", elm=NOT_OFFERED)
    marketer = make_member(clinic, "marketer")
    assert_accessible(open_as(marketer, LIST))
    page = open_as(marketer, f"{LIST}{DomainPosture.objects.first().pk}/")
    page.get_by_text("0 people have a mailbox there", exact=True).wait_for()
    assert_accessible(page)


def test_everything_that_can_be_shown_has_its_words():
    assert all(domains.in_words(shown) for shown in SHOWN)
