"""The portal in a real browser: the key stays in the tab, the message is opened there."""

import pytest
from django.conf import settings

from delivery import unsubscribe
from delivery.escrow import keys
from delivery.models import EscrowEvent, EscrowItem, EscrowVisit
from delivery.portal.links import link_to
from tenancy import clock
from tests.browser import assert_accessible, violations
from tests.delivery.portal.test_pages import mailed_code
from tests.factories.delivery import make_campaign, make_item, make_message

pytestmark = pytest.mark.browser

LETTER = '<p style="color: rgb(1, 2, 3)">At 10:20, <a href="https://www.elm.example/">Elm</a></p>'


@pytest.fixture
def item(ada) -> EscrowItem:
    return make_item(ada, subject="Your visit", html=LETTER, text="At 10:20")


def path_of(item: EscrowItem) -> str:
    """The link of the notice, fragment and all, without its host."""
    link = link_to(item.id, item.notice_link_key, language=item.language)
    return link.removeprefix(settings.ORIGINS["portal"])


def answer(page, item: EscrowItem) -> None:
    page.get_by_label("Code we sent").fill(mailed_code(item))
    page.get_by_label("Month").fill("3")
    page.get_by_label("Day").fill("4")
    page.get_by_label("Year").fill("1961")
    page.get_by_role("button", name="Read the message").click()


def test_link_code_and_birth_date_open_the_message_in_the_tab(open_page, item):
    sent = []
    page = open_page(path_of(item), host="portal")
    page.on("request", lambda request: sent.append(f"{request.url} {request.post_data or ''}"))
    assert_accessible(page)
    assert "#" not in page.url
    page.get_by_role("button", name="Continue").click()
    page.get_by_label("Code we sent").wait_for()
    assert_accessible(page)
    answer(page, item)
    page.get_by_role("heading", name="Your visit").wait_for()
    letter = page.frame_locator("iframe").get_by_text("At 10:20")
    assert letter.evaluate("element => getComputedStyle(element).color") == "rgb(1, 2, 3)"
    assert page.frame_locator("iframe").get_by_role("link").get_attribute("target") == "_blank"
    page.wait_for_load_state("networkidle")
    assert EscrowItem.objects.get(pk=item.pk).status == "read"
    assert EscrowEvent.objects.get(item=item, kind="opened").detail == {"opened_by": "browser"}
    fragment = keys.to_fragment(item.notice_link_key)
    assert len(sent) > 5
    assert not any(fragment in request for request in sent)
    assert violations(page) == []


def test_no_address_that_is_told_to_a_server_holds_the_key(open_page, item):
    """Neither the address that is asked for nor the one that a browser says it comes from."""
    asked = []
    page = open_page(path_of(item), host="portal")
    page.on("request", lambda request: asked.extend([request]))
    page.reload()
    page.get_by_role("button", name="Continue").click()
    answer(page, item)
    page.get_by_role("heading", name="Your visit").wait_for()
    page.wait_for_load_state("networkidle")
    headers = [request.all_headers() for request in asked]
    came_from = {each["referer"] for each in headers if "referer" in each}
    gate = f"{settings.ORIGINS['portal']}/m/"
    assert any(address.startswith(gate) for address in came_from)  # positive control
    told = " ".join([*(request.url for request in asked), *map(str, headers)])
    assert keys.to_fragment(item.notice_link_key) not in told
    assert "#" not in "".join(came_from)


def test_after_a_wrong_answer_what_was_typed_is_still_there(open_page, item):
    page = open_page(path_of(item), host="portal")
    page.get_by_role("button", name="Continue").click()
    page.get_by_label("Code we sent").wait_for()
    code = mailed_code(item)
    typed = {"Code we sent": code, "Month": "3", "Day": "5", "Year": "1961"}
    for label, text in typed.items():
        page.get_by_label(label).fill(text)
    page.get_by_role("button", name="Read the message").click()
    page.get_by_text("Check the code and your answers.").wait_for()
    assert {label: page.get_by_label(label).input_value() for label in typed} == typed
    assert_accessible(page)
    assert code not in page.content()
    kept = page.evaluate("[...Object.values(sessionStorage), ...Object.values(localStorage)]")
    assert set(kept) & set(typed.values()) == set()
    page.get_by_label("Day").fill("4")
    page.get_by_role("button", name="Read the message").click()
    page.get_by_role("heading", name="Your visit").wait_for()


def test_too_many_wrong_answers_lead_to_the_page_that_says_so(open_page, item):
    page = open_page(path_of(item), host="portal")
    page.get_by_role("button", name="Continue").click()
    page.get_by_label("Code we sent").wait_for()
    page.get_by_label("Month").fill("1")
    page.get_by_label("Day").fill("1")
    page.get_by_label("Year").fill("1900")
    page.get_by_label("Code we sent").fill("00000000")
    EscrowEvent.objects.bulk_create([EscrowEvent(item=item, kind="refused") for _ in range(20)])
    page.get_by_role("button", name="Read the message").click()
    page.get_by_role("heading", name="Locked for a day").wait_for()


def test_a_mail_program_that_cuts_the_fragment_off(open_page, item):
    page = open_page(path_of(item).partition("#")[0], host="portal")
    page.get_by_label("Access key").fill(keys.to_groups(item.notice_link_key).lower())
    assert_accessible(page)
    page.keyboard.press("Enter")
    page.get_by_label("Code we sent").wait_for()
    answer(page, item)
    page.get_by_role("heading", name="Your visit").wait_for()


def test_signing_out_takes_the_key_from_the_tab(open_page, item):
    page = open_page(path_of(item), host="portal")
    page.get_by_role("button", name="Continue").click()
    answer(page, item)
    page.get_by_role("heading", name="Your visit").wait_for()
    page.get_by_role("button", name="Sign out now").click()
    page.get_by_role("heading", name="You are signed out").wait_for()
    assert_accessible(page)
    assert page.evaluate("Object.keys(sessionStorage)") == []


def test_what_the_browser_kept_for_back_is_shown_to_nobody(open_page, item):
    page = open_page(path_of(item), host="portal")
    page.get_by_role("button", name="Continue").click()
    answer(page, item)
    page.get_by_role("heading", name="Your visit").wait_for()
    EscrowVisit.objects.filter(item=item).update(ended_at=clock.now())
    page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))")
    page.get_by_role("heading", name="You are signed out").wait_for()
    page.problems.clear()  # the page of who is signed out has status 403


def test_what_a_message_holds_cannot_act(open_page, ada):
    html = (
        "<p>Hello</p><script>top.document.title = 'taken'</script>"
        "<img src='x' onerror=\"top.document.title = 'taken'\">"
        "<meta http-equiv='refresh' content='0;url=https://evil.example/'>"
        "<form action='https://evil.example/'><button>Go</button></form>"
    )
    item = make_item(ada, subject="Your visit", html=html, text="Hello")
    page = open_page(path_of(item), host="portal")
    page.get_by_role("button", name="Continue").click()
    answer(page, item)
    frame = page.frame_locator("iframe")
    frame.get_by_text("Hello").wait_for()
    page.wait_for_load_state("networkidle")
    assert page.title() == "Secure message: opened · Elm Street Clinic"
    assert frame.get_by_role("button").count() == 0
    assert page.frames[1].url.startswith(settings.ORIGINS["portal"])
    page.problems.clear()  # that the picture and its handler were refused is the point


@pytest.mark.parametrize("path", ["/", "/m/never-ours"])
def test_pages_without_a_message_stand(open_page, path):
    assert_accessible(open_page(path, host="portal"))


def test_the_page_that_stops_mail_stands(open_page, ada):
    message = make_message(ada, cause_id=make_campaign(purpose="marketing").id)
    page = open_page(f"/u/{unsubscribe.signer().token(message.id)}", host="links")
    assert_accessible(page)
    page.get_by_role("button", name="Stop this kind of mail").click()
    page.get_by_role("heading", name="It stops now").wait_for()
    assert_accessible(page)
