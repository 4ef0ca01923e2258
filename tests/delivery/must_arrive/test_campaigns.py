"""A campaign whose author said that it must arrive: part of what is approved, and kept for each person."""

from datetime import timedelta

import pytest

from campaigns.binding import hash_of
from campaigns.models import Campaign
from campaigns.queries import approvals, readiness
from campaigns.services import drafts, sending
from delivery.models import Message, MustArrive
from delivery.must_arrive import chain
from tenancy import clock
from tests.accounts.signing_in import browser_of, make_member
from tests.delivery.conftest import PEM
from tests.delivery.reports.reading import page
from tests.delivery.sending import freeze
from tests.delivery.test_campaign_sending import send
from tests.factories.campaigns import MARKETER, approved_campaign
from tests.factories.compliance import sign_with
from tests.factories.contacts import make_contact
from tests.fakes import UNKNOWN_USER, FakeTransport


@pytest.fixture
def draft(clinic) -> Campaign:
    return Campaign.objects.create(
        name="Results", purpose="treatment", content=drafts.EMPTY, authors=[], author_name="Mara"
    )


def row(draft: Campaign, browser, **said: str):
    path = f"/campaigns/{draft.pk}/change/arrival/"
    return browser.post(path, {"version": str(draft.version), **said})


def test_its_author_says_by_when(clinic, draft):
    browser = browser_of(make_member(clinic, "marketer"))
    assert "No: a report says who was not reached" in page(browser.get(f"/campaigns/{draft.pk}/"))
    asked = page(browser.get(f"/campaigns/{draft.pk}/?edit=arrival"))
    assert 'value="72"' in browser.get(f"/campaigns/{draft.pk}/?edit=arrival").content.decode()
    assert "Must it arrive?" in asked
    assert row(draft, browser, arrival="hours", arrives_within_hours="24").status_code == 302
    draft.refresh_from_db()
    assert (draft.arrives_within_hours, draft.arrives_by) == (24, None)
    assert "Within 24 hours of leaving" in page(browser.get(f"/campaigns/{draft.pk}/"))
    assert row(draft, browser, arrival="date", arrives_by="2020-01-01T10:00").status_code == 422
    row(draft, browser, arrival="date", arrives_by="2036-01-01T10:00")
    draft.refresh_from_db()
    assert (draft.arrives_within_hours, draft.arrives_by.year) == (None, 2036)
    row(draft, browser, arrival="no")
    draft.refresh_from_db()
    assert (draft.arrives_within_hours, draft.arrives_by) == (None, None)


@pytest.mark.parametrize(
    ("columns", "key"),
    [
        ({"purpose": "marketing", "arrives_within_hours": 24}, "arrival"),
        ({"arrives_by": clock.now() - timedelta(hours=1)}, "deadline"),
    ],
)
def test_what_cannot_be_promised_stops_the_campaign(draft, columns, key):
    def blocking() -> set:
        return {check.key for check in readiness.checks(draft) if check.state == "block"}

    assert not {"arrival", "deadline"} & blocking()
    for name, value in columns.items():
        setattr(draft, name, value)
    assert key in blocking()


def test_it_is_part_of_what_was_approved(draft):
    before = approvals.document(draft)
    assert "arrival" not in before
    draft.arrives_within_hours = 24
    assert hash_of(approvals.document(draft)) != hash_of(before)


def test_everybody_of_the_audience_is_looked_after(clinic):
    campaign = approved_campaign(arrives_within_hours=24)
    sign_with(campaign.sender.domain, PEM)
    sending.send_now(campaign, actor=MARKETER)
    with clock.at(clock.now() + timedelta(seconds=61)):
        _everybody_is_looked_after()


def _everybody_is_looked_after():
    ada, ben = make_contact(), make_contact(email="ben@lakepost.example")
    freeze()
    assert {each.contact_id for each in MustArrive.objects.all()} == {ada.pk, ben.pk}
    assert MustArrive.objects.first().deadline_at == clock.now() + timedelta(hours=24)
    send(FakeTransport({"ben@lakepost.example": UNKNOWN_USER}))
    chain.look_after_due()
    stages = dict(MustArrive.objects.values_list("contact", "stage"))
    assert stages == {ada.pk: "watched", ben.pk: "staff"}
    with clock.at(clock.now() + timedelta(hours=23, minutes=59)):
        assert chain.look_after_due() == 0
    with clock.at(clock.now() + timedelta(hours=24)):
        chain.look_after_due()
    stages = dict(MustArrive.objects.values_list("contact", "stage"))
    assert stages == {ada.pk: "arrived", ben.pk: "staff"}


def test_nothing_of_a_campaign_without_a_deadline_is_watched(campaign):
    make_contact()
    freeze()
    assert (Message.objects.count(), MustArrive.objects.count()) == (1, 0)
