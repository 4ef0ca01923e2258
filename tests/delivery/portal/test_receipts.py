"""What the clinic learns of a message in the portal, and what staff can do about it."""

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from accounts.roles import Role
from compliance import services as compliance
from compliance.models import Policy
from delivery.escrow import services as escrow
from delivery.models import EscrowEvent, EscrowItem
from tenancy import clock
from tests.accounts.signing_in import browser_of, make_member
from tests.delivery.portal.test_pages import enter, gate_of, page
from tests.factories.delivery import make_campaign, make_item


@pytest.fixture
def item(ada) -> EscrowItem:
    return make_item(ada, subject="Your visit", text="At 10:20")


@pytest.fixture
def browser() -> Client:
    return Client(headers={"host": settings.HOSTS["portal"]})


@pytest.fixture
def staff(clinic) -> Client:
    return browser_of(make_member(clinic, Role.OWNER))


def story_of(item: EscrowItem) -> str:
    return f"/messages/{item.message_id}/"


def test_that_its_page_was_fetched_is_no_reading(browser, item, staff):
    browser.head(gate_of(item))
    browser.get(gate_of(item) + "?lang=es")
    browser.get(gate_of(item))
    fetched = EscrowItem.objects.get(pk=item.pk)
    assert (fetched.status, fetched.read_at) == ("waiting", None)
    assert fetched.fetched_at is not None
    assert "by a program that checks links" in page(staff.get(story_of(item)))


def test_printing_is_noted_once_a_visit_and_only_after_the_check(browser, item):
    assert browser.post(f"{gate_of(item)}/printed").status_code == 403
    enter(browser, item)
    for _ in range(2):
        assert browser.post(f"{gate_of(item)}/printed").status_code == 204
    assert EscrowEvent.objects.filter(item=item, kind="printed").count() == 1
    assert "opened for a•••••@postbox.example" in page(browser.get(f"{gate_of(item)}/message"))


def test_a_clinic_may_want_nothing_printed(browser, item, nurse):
    compliance.set_policy({"portal_may_print": False}, actor=nurse)
    enter(browser, item)
    shown = page(browser.get(f"{gate_of(item)}/message"))
    assert "data-no-print" in shown
    assert "portal-print done-url" not in shown


@pytest.mark.parametrize(
    ("read_at", "words"),
    [(None, "before anybody read it"), (clock.now(), "It was read on")],
)
def test_a_recall_says_whether_it_came_in_time(staff, item, read_at, words):
    if read_at:
        EscrowItem.objects.filter(pk=item.pk).update(status="read", read_at=read_at)
    answer = staff.post(
        f"{story_of(item)}recall/", follow=True, headers={"host": settings.HOSTS["staff"]}
    )
    assert words in page(answer)
    assert EscrowItem.objects.get(pk=item.pk).status == "revoked"


def test_a_whole_campaign_is_taken_back(staff, ada, clinic):
    campaign = make_campaign()
    items = [make_item(ada, cause_id=campaign.id) for _ in range(1)]
    other = make_item(ada)
    staff.post(reverse("reports:recall", "config.urls.staff", [campaign.id]))
    assert {EscrowItem.objects.get(pk=each.pk).status for each in items} == {"revoked"}
    assert EscrowItem.objects.get(pk=other.pk).status == "waiting"


def test_a_new_link_needs_the_policy_and_a_reason(staff, ada, item):
    assert "Send a new link" not in page(staff.get(story_of(item)))
    Policy.objects.update_or_create(defaults={"portal_may_reissue": True})
    item = make_item(ada)
    escrow.settle_notice(item.id, accepted=True)
    assert "Send a new link" in page(staff.get(story_of(item)))
    staff.post(f"{story_of(item)}reissue/", {"reason": "Lost the email"})
    assert EscrowEvent.objects.filter(item=item, kind="reissued").count() == 1


def test_home_and_the_log_name_what_nobody_read(staff, item):
    with clock.at(item.expires_at):
        escrow.expire_due()
    assert "1 person has not read a message in the portal" in page(staff.get("/"))
    assert story_of(item) in page(staff.get("/messages/?state=unread"))
