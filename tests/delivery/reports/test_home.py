"""Home: what is going out, what waits for this person, what is left to set up."""

import re
from datetime import timedelta

import pytest

from audit.services import Actor
from campaigns.models import Campaign
from delivery.escrow import services as escrow
from delivery.models import MessageEvent
from delivery.reports import filters
from segments.models import Segment
from tenancy import clock
from tests.accounts.signing_in import browser_of, make_member
from tests.browser import assert_accessible
from tests.delivery.reports.reading import SENT, TLS, page
from tests.factories.campaigns import approved_campaign, ready_campaign, submitted_campaign
from tests.factories.contacts import make_contact
from tests.factories.delivery import make_campaign, make_item, make_message


@pytest.fixture
def see(clinic):
    """What somebody of a role reads on Home."""

    def see(role: str = "marketer") -> str:
        return page(browser_of(make_member(clinic, role, "Dana Whitlow")).get("/"))

    return see


def needs_of(shown: str) -> str:
    return re.search(r"Needs you (.*?)(Set-up|$)", shown).group(1)


def test_a_new_workspace_is_led_to_its_first_campaign(see):
    shown = see("owner")
    assert "Set-up 0 of 4" in shown
    for verb in ("Read and sign", "Add a domain", "Import contacts", "New campaign"):
        assert verb in shown
    assert "Read and sign" not in see("analyst")


def test_the_checklist_ticks_itself_off_and_goes(see):
    make_contact()
    campaign = approved_campaign()
    shown = see("owner")
    assert "Set-up 3 of 4" in shown
    assert "Add a domain" not in shown
    Campaign.objects.filter(pk=campaign.pk).update(status="sent", send_at=clock.now())
    assert "Set-up" not in see("owner")


def test_four_numbers_of_the_week(see):
    campaign = make_campaign()
    reached, other, refused, gone = (make_contact(email=f"p{n}@postbox.example") for n in range(4))
    make_message(reached, cause_id=campaign.id, **SENT)
    make_message(other, cause_id=campaign.id, **SENT | {"settled_at": clock.now() - timedelta(8)})
    make_message(make_contact(email="p4@postbox.example"), cause_id=campaign.id)
    make_message(refused, cause_id=campaign.id, status="failed", route="", reason="refused")
    type(gone).objects.filter(pk=gone.pk).update(has_opted_out=True)
    shown = see()
    assert "Delivered by email, last 7 days 1 50.0 % of what was sent by email" in shown
    assert "Need attention 1 0 held, 1 failed, 0 uncertain" in shown
    assert "May receive care email 4 of 5 contacts" in shown


def test_a_test_to_a_colleague_is_none_of_the_messages_that_were_sent(see):
    ada = make_contact(email="ada@postbox.example")
    make_message(ada, cause_id=make_campaign().id, **SENT)
    make_message(ada, cause="test", **SENT)
    bea = make_contact(email="bea@postbox.example")
    make_message(bea, cause="test", status="failed", route="", reason="refused")
    shown = see()
    assert "Delivered by email, last 7 days 1 100 % of what was sent by email" in shown
    assert "Need attention 0 0 held, 0 failed, 0 uncertain" in shown
    assert filters.in_state("attention").count() == 0
    assert filters.in_state("").count() == 3


def test_a_question_is_put_to_whoever_may_answer_it(see):
    make_contact()
    submitted_campaign()
    assert "Approve Visit reminder Dana Whitlow asks." in needs_of(see("compliance_officer"))
    assert "Approve" not in needs_of(see("marketer"))
    assert "Visit reminder Changed just now Waiting for approval" in see("marketer")


def test_the_next_step_is_that_of_the_person_who_looks(clinic, see):
    make_contact()
    campaign = submitted_campaign()
    assert "Waiting for approval Not counted Somebody else approves" in see("marketer")
    officer = make_member(clinic, "compliance_officer", "Priya Castellane")
    shown = browser_of(officer).get("/")
    assert "Waiting for approval Not counted Review and approve Visit reminder" in page(shown)
    review = f'<a href="/campaigns/{campaign.id}/review/">Review and approve'
    assert review in shown.content.decode()
    Campaign.objects.filter(pk=campaign.pk).update(authors=[str(officer.pk)])
    assert "Somebody else approves" in page(browser_of(officer).get("/"))
    assert needs_of(page(browser_of(officer).get("/"))).strip() == "Nothing."


def test_a_draft_is_to_be_finished_by_those_who_may(see):
    ready_campaign()
    assert "Finish and submit Visit reminder" in see("marketer")
    shown = see("compliance_officer")
    assert "Dana Whitlow is writing it" in shown
    assert "Finish and submit" not in shown


def test_the_count_of_a_draft_is_called_what_it_is(see):
    campaign = ready_campaign()
    Segment.objects.filter(pk=campaign.segment_id).update(people=562, counted_at=clock.now())
    shown = see()
    assert "Campaign State In the segment Next step" in shown
    assert "Draft 562 Finish and submit" in shown


def test_what_did_not_reach_its_person_needs_somebody(see, ada):
    escrow.settle_notice(make_item(ada).id, accepted=False)
    make_message(ada, status="uncertain", route="", uncertain_at=clock.now(), reason="no_answer")
    shown = needs_of(see())
    assert "A portal notice did not arrive" in shown
    assert "Not known whether a message arrived" in shown
    assert needs_of(see("analyst")).strip() == "Nothing."


def test_what_is_going_out_shows_its_bar(see):
    campaign = make_campaign(status="sending", ended_at=None)
    for number, fate in enumerate([SENT, {"status": "queued", "settled_at": None, "route": ""}]):
        make_message(make_contact(email=f"p{number}@x.example"), cause_id=campaign.id, **fate)
    shown = see()
    assert "1 campaign is going out." in shown
    assert "1 verified TLS 1 waiting" in shown
    assert "Watch" in shown


@pytest.mark.browser
@pytest.mark.parametrize("role", ["owner", "compliance_officer", "analyst"])
def test_home_stands(open_as, clinic, role):
    make_contact()
    submitted_campaign()
    assert_accessible(open_as(make_member(clinic, role), "/"))


@pytest.mark.browser
@pytest.mark.parametrize("width", [320, 390])
def test_the_evidence_of_a_message_can_be_read_on_a_phone(open_as, clinic, ada, width):
    message = make_message(ada, **SENT)
    MessageEvent.objects.create(message=message, kind="accepted", detail=TLS)
    shown = open_as(make_member(clinic), f"/messages/{message.id}/")
    shown.set_viewport_size({"width": width, "height": 800})
    said = shown.locator(".sp-timeline dd").all()
    assert len(said) == 5
    assert min(each.bounding_box()["width"] for each in said) > 150


@pytest.mark.browser
def test_report_log_and_story_stand(open_as, clinic, ada):
    marketer = make_member(clinic)
    campaign = make_campaign()
    make_message(ada, cause_id=campaign.id, **SENT)
    waits = {"status": "deferred", "settled_at": None, "route": "tls"}
    going = make_campaign(status="sending", ended_at=None)
    deferred = make_message(ada, cause_id=going.id, **waits)
    item = make_item(make_contact())
    escrow.revoke(item, actor=Actor(kind="user", id="1", name="Dana"))
    for path in (
        "/reports/",
        f"/campaigns/{campaign.id}/report/",
        f"/campaigns/{campaign.id}/report/people/?outcome=tls",
        "/messages/",
        "/messages/?state=attention",
        f"/messages/{item.message_id}/",
        f"/messages/{deferred.id}/",
        f"/campaigns/{going.id}/live/",
        f"/contacts/{ada.id}/",
        "/sandbox/",
    ):
        assert_accessible(open_as(marketer, path))
