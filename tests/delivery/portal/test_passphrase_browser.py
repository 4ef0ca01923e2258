"""A passphrase in a real browser: it never leaves the tab, and what it becomes opens the message."""

import pytest

from delivery.escrow import passphrases
from delivery.models import EscrowEvent, EscrowItem
from tests.browser import assert_accessible
from tests.delivery.portal.test_browser import path_of
from tests.delivery.portal.test_pages import mailed_code
from tests.factories.delivery import make_item

pytestmark = pytest.mark.browser

WORDS = "Blue heron, seven stones"


@pytest.fixture
def item(ada, nurse) -> EscrowItem:
    passphrases.agree(ada, WORDS, actor=nurse)
    return make_item(ada, subject="Your visit", text="At 10:20")


def test_code_and_passphrase_open_the_message(open_page, item):
    sent = []
    page = open_page(path_of(item), host="portal")
    page.on("request", lambda request: sent.append(f"{request.url} {request.post_data or ''}"))
    page.get_by_role("button", name="Continue").click()
    page.get_by_label("Your passphrase").wait_for()
    assert_accessible(page)
    page.get_by_label("Code we sent").fill(mailed_code(item))
    page.get_by_label("Your passphrase").fill("red heron")
    page.get_by_role("button", name="Read the message").click()
    page.get_by_text("Check the code and your answers.").wait_for()
    page.get_by_label("Your passphrase").fill(WORDS.upper())
    page.get_by_role("button", name="Read the message").click()
    page.get_by_role("heading", name="Your visit").wait_for()
    page.frame_locator("iframe").get_by_text("At 10:20").wait_for()
    page.wait_for_load_state("networkidle")
    assert EscrowEvent.objects.get(item=item, kind="opened").detail == {"opened_by": "browser"}
    stretched = item.passphrase.stretched.hex()
    assert any("passphrase_proof=" in request for request in sent)
    assert not any("heron" in request.lower() or stretched in request for request in sent)
    page.get_by_role("button", name="Sign out now").click()
    page.get_by_role("heading", name="You are signed out").wait_for()
    assert page.evaluate("Object.keys(sessionStorage)") == []
