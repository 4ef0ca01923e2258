"""The main job by real clicks, counted: from Home to submitted, from Home to sent, and to the proof."""

from datetime import timedelta

import pytest
from playwright.sync_api import Locator, Page

from campaigns.models import Campaign
from delivery.demo.campaigns import SEGMENTS
from segments import services as segments
from tenancy import clock
from tests.accounts.signing_in import make_member
from tests.factories.campaigns import MARKETER
from tests.factories.contacts import make_contact

pytestmark = pytest.mark.browser

MOST_FOR_THE_MARKETER = 8
MOST_FOR_THE_APPROVER = 4


class Hand:
    """Clicks on a page, and counts."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.clicks = 0

    def click(self, target: Locator) -> None:
        target.click()
        self.clicks += 1
        self.page.wait_for_load_state("networkidle")


@pytest.fixture
def clinic_with_visits(open_clinic):
    """Two people with a visit the day after tomorrow; one of them has a mailbox without TLS."""
    visit = (clock.now() + timedelta(days=2)).date().isoformat()
    for name, email in [("Ada", "ada@harbourmail.example"), ("Bea", "bea@plainmail.example")]:
        make_contact(given_name=name, email=email, next_appointment=visit, postal_code="04101")
    segments.create(name=SEGMENTS[0]["name"], rule=SEGMENTS[0]["rule"], actor=MARKETER)
    return open_clinic


def test_a_campaign_from_home_to_the_proof_of_its_messages(open_as, clinic_with_visits, pass_time):
    marketer = make_member(clinic_with_visits, "marketer", "Dana Whitlow")
    officer = make_member(clinic_with_visits, "compliance_officer", "Priya Castellane")

    hers = Hand(open_as(marketer, "/"))
    page = hers.page
    hers.click(page.get_by_role("link", name="New campaign").first)
    hers.click(page.get_by_role("button", name="Appointment reminder"))
    hers.click(page.get_by_role("button", name="Send the test"))
    hers.click(page.get_by_role("button", name="Submit for approval").first)
    page.get_by_text("Waiting for approval").first.wait_for()
    assert hers.clicks <= MOST_FOR_THE_MARKETER
    campaign = Campaign.objects.get()
    assert campaign.status == Campaign.Status.SUBMITTED

    his = Hand(open_as(officer, "/"))
    his.click(his.page.get_by_role("link", name="Review and approve"))
    his.click(his.page.get_by_role("button", name="Approve and send"))
    assert his.clicks <= MOST_FOR_THE_APPROVER
    campaign.refresh_from_db()
    assert campaign.status == Campaign.Status.SCHEDULED
    pass_time(campaign.send_at, range(13))

    page.goto(page.url.partition("/campaigns")[0] + "/")
    hers.click(page.get_by_role("link", name="Reports"))
    hers.click(page.get_by_role("link", name=campaign.name))
    page.get_by_text("1 of 2 people have it by email; for 1 it is in the secure portal").wait_for()
    hers.click(page.locator("#campaign-progress").get_by_role("link", name="1").first)
    hers.click(page.locator("table").get_by_role("link").first)
    page.get_by_text("The recipient's mail server accepted it.").wait_for()
    assert page.get_by_text("TLS_AES_256_GCM_SHA384").count() == 2
