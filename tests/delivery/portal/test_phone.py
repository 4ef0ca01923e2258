"""Pages of the portal where the code goes to a phone."""

import pytest
from django.conf import settings as ours
from django.test import Client

from delivery.escrow.factors import Strength
from delivery.models import EscrowCode, EscrowVisit, Message, PortalText
from delivery.portal.words import words_for
from delivery.texting import sending
from delivery.texting.gateway import Trouble
from delivery.texting.gateway_settings import GatewaySettings
from tests.accounts.signing_in import browser_of, make_member
from tests.browser import assert_accessible
from tests.delivery.portal.test_browser import path_of
from tests.delivery.portal.test_pages import gate_of, page, prove
from tests.delivery.texting.phones import UNSAFE, Phones, with_phone
from tests.factories.delivery import make_item


@pytest.fixture(autouse=True)
def _a_gateway(settings):
    settings.TEXT_GATEWAY = GatewaySettings("https://api.gateway.example/")


@pytest.fixture
def item(ada):
    return make_item(with_phone(ada), reason=UNSAFE, subject="Your visit", text="At 10:20")


@pytest.fixture
def browser():
    return Client(headers={"host": ours.HOSTS["portal"]})


def test_a_text_is_sent_when_the_person_asks_for_it(browser, item):
    prove(browser, item)
    assert not EscrowCode.objects.exists()
    asked = page(browser.get(f"{gate_of(item)}/check"))
    assert "ending in 42" in asked
    assert "2075550142" not in asked
    assert 'name="code"' not in asked
    assert "I no longer have this number" in asked
    answer = browser.post(f"{gate_of(item)}/code")
    assert answer.headers["Location"] == f"{gate_of(item)}/check"
    phones = Phones()
    assert "We are sending the text message" in page(browser.get(f"{gate_of(item)}/check"))
    sending.send_due(phones)
    assert "The text message has left." in page(browser.get(f"{gate_of(item)}/check"))
    opened = browser.post(f"{gate_of(item)}/check", {"code": phones.code})
    assert opened.headers["Location"] == f"{gate_of(item)}/message"
    assert Message.objects.filter(mail_class="code").count() == 0


def test_nothing_of_the_number_shows_before_the_link_is_proved(browser, item):
    for path in ("", "/check", "/text"):
        assert "ending in" not in page(browser.get(gate_of(item) + path))
    assert not PortalText.objects.exists()


@pytest.mark.parametrize(
    ("trouble", "told"),
    [
        (Trouble.NUMBER, "This number takes no text messages from us. Call the clinic"),
        (Trouble.REFUSED, "The text message could not be sent. Ask for a new code below."),
    ],
)
def test_a_failure_is_told_with_what_to_do(browser, item, trouble, told):
    prove(browser, item)
    browser.post(f"{gate_of(item)}/code")
    assert browser.get(f"{gate_of(item)}/text").json()["waits"]
    sending.send_due(Phones(trouble))
    state = browser.get(f"{gate_of(item)}/text").json()
    assert (state["waits"], state["words"].startswith(told)) == (False, True)
    assert told in page(browser.get(f"{gate_of(item)}/check"))


def test_who_asks_too_soon_or_too_often_is_told_when_to_come_back(browser, item, settings):
    prove(browser, item)
    for said in ("", "?said=phone_wait"):
        answer = browser.post(f"{gate_of(item)}/code")
        assert answer.headers["Location"] == f"{gate_of(item)}/check{said}"
    told = page(browser.get(answer.headers["Location"]))
    assert "Wait a minute, then ask for a new code." in told
    settings.TEXT_GATEWAY = GatewaySettings("https://api.gateway.example/", daily_limit=1)
    sending.send_due(Phones(Trouble.REFUSED))
    answer = browser.post(f"{gate_of(item)}/code")
    assert "No more codes can be sent to a phone today." in page(
        browser.get(answer.headers["Location"])
    )
    assert PortalText.objects.count() == 1


def test_asking_whether_it_left_changes_nothing_and_answers_the_visit_alone(browser, item):
    prove(browser, item)
    before = EscrowVisit.objects.count(), EscrowCode.objects.count()
    told = browser.get(f"{gate_of(item)}/text").json()
    assert told == {"waits": False, "words": "This code no longer works. Ask for a new one below."}
    assert (EscrowVisit.objects.count(), EscrowCode.objects.count()) == before
    stranger = Client(headers={"host": ours.HOSTS["portal"]})
    assert stranger.get(f"{gate_of(item)}/text").status_code == 403


def test_staff_read_in_the_story_what_became_of_it(browser, item, clinic):
    prove(browser, item)
    browser.post(f"{gate_of(item)}/code")
    sending.send_due(Phones(Trouble.NUMBER))
    staff = browser_of(make_member(clinic))
    story = page(staff.get(f"/messages/{item.message_id}/"))
    assert "A code was asked for by text message." in story
    assert "The text message with the code could not be sent." in story
    assert "The number on file takes no texts from us." in story


def test_staff_see_whether_and_where_a_code_would_go(ada, clinic, settings):
    staff, address = browser_of(make_member(clinic)), f"/contacts/{with_phone(ada).pk}/portal/"
    there = page(staff.get(address))
    assert "a code goes to the number on file, ending in 42." in there
    assert "2075550142" not in there
    with_phone(ada, "")
    assert "None: no number on file takes text messages" in page(staff.get(address))
    settings.TEXT_GATEWAY = GatewaySettings()
    assert "This installation has no gateway for text messages" in page(staff.get(address))


@pytest.mark.browser
@pytest.mark.parametrize("language", ["en", "es"])
def test_in_a_browser_the_text_opens_the_message(open_page, ada, language):
    item = make_item(with_phone(ada), reason=UNSAFE, subject="Your visit", language=language)
    words = words_for(language)
    ask, read, left = (words[name] for name in ("phone_send", "check_button", "phone_sent"))
    page, phones = open_page(path_of(item), host="portal"), Phones()
    page.locator("form button[type=submit], form button").first.click()
    page.get_by_role("button", name=ask, exact=True).wait_for()
    assert_accessible(page)
    page.get_by_role("button", name=ask, exact=True).click()
    page.locator("#code").wait_for()
    assert_accessible(page)
    sending.send_due(phones)
    page.get_by_text(left, exact=True).wait_for()
    page.locator("#code").fill(phones.code)
    page.get_by_role("button", name=read, exact=True).click()
    page.get_by_role("heading", name="Your visit").wait_for()
    assert EscrowVisit.objects.get(item=item).strength == Strength.AGREED
