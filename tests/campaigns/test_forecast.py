"""What a campaign's page says of protection before anything is sent: pure, and from rows."""

from collections import Counter
from html import unescape

import pytest

from campaigns import forecast_words
from campaigns.forecast import Expectation, Forecast, Mailbox, forecast
from campaigns.queries import audience
from compliance.facts import Fallback, TransportLevel
from compliance.models import Policy
from contacts import services as contacts
from contacts.unprotected import Basis, Scope
from delivery.services.forecasts import expected
from tests.accounts.signing_in import browser_of, make_member
from tests.compliance.reading import text_of
from tests.delivery.postures import NOT_OFFERED, learn
from tests.factories.campaigns import ready_campaign
from tests.factories.contacts import make_contact

ANY, ENCRYPTED, VERIFIED, PINNED, MTA_STS, DANE = TransportLevel


def only(**parts: object) -> Forecast:
    return Forecast(**parts)


@pytest.mark.parametrize(
    ("mailbox", "known", "way"),
    [
        (Mailbox("x", VERIFIED), None, only(verified=Counter({None: 3}))),
        (Mailbox("x", VERIFIED), Expectation(DANE), only(verified=Counter({DANE: 3}))),
        (Mailbox("x", MTA_STS), Expectation(VERIFIED), only(below=Counter(x=3))),
        (Mailbox("x", MTA_STS), Expectation(PINNED), only(below=Counter(x=3))),
        (Mailbox("x", PINNED), Expectation(VERIFIED), only(below=Counter(x=3))),
        (Mailbox("x", PINNED), Expectation(PINNED), only(verified=Counter({PINNED: 3}))),
        (Mailbox("x", PINNED), Expectation(MTA_STS), only(verified=Counter({MTA_STS: 3}))),
        (Mailbox("x", VERIFIED), Expectation(ENCRYPTED), only(below=Counter(x=3))),
        (Mailbox("x", ANY), Expectation(VERIFIED), only(verified=Counter({VERIFIED: 3}))),
        (Mailbox("x", ANY), Expectation(ANY), only(harmless=3)),
        (Mailbox("x", VERIFIED, ENCRYPTED), Expectation(ENCRYPTED), only(asked=3)),
        (Mailbox("x", VERIFIED, ENCRYPTED), Expectation(ANY), only(below=Counter(x=3))),
        (Mailbox("x", VERIFIED, ANY), Expectation(ANY), only(asked=3)),
        # A server that was safe lately has to be again, whatever the person asked for.
        (Mailbox("x", VERIFIED, ANY), Expectation(ANY, was_safe=True), only(below=Counter(x=3))),
        (Mailbox("x", ANY), Expectation(None, breaks_promise=True), only(below=Counter(x=3))),
    ],
)
def test_each_mailbox_has_one_way(mailbox, known, way):
    assert forecast({mailbox: 3}, {"x": known} if known else {}) == way


@pytest.mark.parametrize(
    ("shown", "expectation"),
    [
        (["T4"], Expectation(DANE, was_safe=True)),
        (["T0"], Expectation(ANY)),
        ([NOT_OFFERED], Expectation(ANY)),
        (["certificate-expired"], Expectation(ENCRYPTED)),
        (["T2", "certificate-expired"], Expectation(ENCRYPTED, was_safe=True)),
        (["T2", "handshake-timed-out"], Expectation(VERIFIED, was_safe=True)),
        (["level-not-promised"], Expectation(VERIFIED)),
        (["T3", "tlsa-invalid"], Expectation(None, was_safe=True, breaks_promise=True)),
    ],
)
def test_expects_of_a_domain_what_it_showed_last(clinic, shown, expectation):
    for what in shown:
        learn(lake=what)
    assert expected(["LAKE.example", "else.example", ""]) == {"LAKE.example": expectation}


def some_people(clinic) -> None:
    for number in range(3):
        make_contact(external_id=f"p{number}", email=f"p{number}@plainmail.example")
    make_contact(external_id="d", email="d@lakepost.example")
    make_contact(external_id="n", email="n@newmail.example")
    learn(plainmail=NOT_OFFERED, lakepost="T4")


@pytest.mark.parametrize(
    ("fallback", "bar"),
    [
        ("portal", {"tls": 2, "soft": 0, "portal": 3, "held": 0, "bad": 0}),
        ("hold", {"tls": 2, "soft": 0, "portal": 0, "held": 3, "bad": 0}),
    ],
)
def test_the_policys_fallback_decides_about_those_below_it(clinic, fallback, bar):
    some_people(clinic)
    Policy.objects.create(fallback_care=fallback)
    found = audience.look(ready_campaign())
    assert dict(forecast_words.counts(found)) == bar
    assert sum(bar.values()) == found.receive
    assert forecast_words.costs(found, "appointment") == [
        (forecast_words.COSTS[Fallback.PORTAL], fallback == "portal"),
        (forecast_words.COSTS[Fallback.HOLD], fallback == "hold"),
    ]


def test_promotion_that_the_policy_drops_is_counted_as_not_sent(clinic):
    found = audience.Audience(Fallback.DROP, forecast=only(below=Counter(x=3)))
    assert dict(forecast_words.counts(found))["bad"] == 3
    assert forecast_words.label(found) == (
        "Forecast: 0 by verified TLS, 0 through the secure portal, 3 not sent"
    )
    assert forecast_words.costs(found, "marketing")[-1] == ("Not sent: they get nothing.", True)


def test_a_persons_own_request_is_forecast_once_the_policy_honors_it(clinic, nurse):
    contact = make_contact(email="ada@plainmail.example")
    wish = contacts.Request(Scope.UNENCRYPTED, Basis.ACCESS)
    said = contacts.Evidence("A call", "Others may read it.")
    contacts.record_unprotected(contact, wish, evidence=said, actor=nurse)
    learn(plainmail=NOT_OFFERED)
    campaign = ready_campaign()
    assert audience.look(campaign).forecast == only(below=Counter({"plainmail.example": 1}))
    Policy.objects.create(honors_unprotected=True)
    assert audience.look(campaign).forecast == only(asked=1)


def test_names_the_domains_with_the_most_people_and_counts_the_rest(clinic):
    found = audience.Audience(Fallback.PORTAL)
    found.forecast.below.update({f"d{number}": 10 - number for number in range(7)})
    named = forecast_words.domains_below(found)
    assert named[0] == ("d0", 10)
    assert named[5:] == [("2 other domains", 9)]


def test_the_page_says_how_many_by_which_way_and_why(clinic):
    some_people(clinic)
    campaign = ready_campaign()
    browser = browser_of(make_member(clinic, "marketer", "Mia Marketer"))
    page = unescape(text_of(browser.get(f"/campaigns/{campaign.pk}/count/")))
    assert "1: The server's key is published in signed DNS (DANE)." in page
    assert "1: Nothing is known of the server yet." in page
    assert "3: Their mail server proved too little lately." in page
    assert "3 people's servers are below your policy" in page
    assert "3: plainmail.example" in page
    assert "Secure portal: they get a notice, and read it there. Your policy." in page
