"""The list in a real browser: what this device has opened can be opened again from there."""

import pytest

from delivery.models import EscrowEvent, EscrowItem
from tests.browser import assert_accessible, violations
from tests.delivery.portal.test_browser import answer, path_of
from tests.delivery.portal.test_passkey_browser import with_authenticator
from tests.factories.delivery import make_item

pytestmark = pytest.mark.browser

KEPT = "Object.entries(localStorage).map((pair) => pair.join(' '))"


def remembers(page, messages: int) -> None:
    for _ in range(100):
        if page.evaluate("Object.keys(localStorage).length") == messages:
            return
        page.wait_for_timeout(50)
    raise AssertionError(page.evaluate("Object.keys(localStorage)"))


def test_opens_an_earlier_message_by_its_own_questions(open_page, ada):
    first, second = make_item(ada, subject="Your visit"), make_item(ada, subject="Your result")
    never = make_item(ada, subject="Your bill")
    page = open_page(path_of(first), host="portal")
    with_authenticator(page)
    page.get_by_role("button", name="Continue").click()
    answer(page, first)
    page.get_by_role("button", name="Set it up on this device").click()
    page.get_by_text("It is set up.").wait_for()
    remembers(page, 1)
    origin = page.url.partition("/m/")[0]
    page.goto(f"{origin}{path_of(second)}")
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("button", name="Use your finger, face or PIN").click()
    page.get_by_role("heading", name="Your result").wait_for()
    remembers(page, 2)
    kept = " ".join(page.evaluate(KEPT))
    assert str(first.id) in kept
    assert not any(each.notice_link_key.hex() in kept for each in (first, second, never))
    page.get_by_role("link", name="All your messages from this clinic").click()
    row = page.locator(f"[data-item='{first.id}']")
    row.get_by_role("link").wait_for()
    page.locator(f"[data-item='{never.id}']").get_by_text("Open it with the link").wait_for()
    assert_accessible(page)
    row.get_by_role("link").click()
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("button", name="Use your finger, face or PIN").click()
    page.get_by_role("heading", name="Your visit").wait_for()
    page.wait_for_load_state("networkidle")
    assert EscrowEvent.objects.filter(item=first, kind="opened").count() == 2
    assert EscrowItem.objects.get(pk=never.pk).status == "waiting"
    assert violations(page) == []
    page.get_by_role("link", name="All your messages from this clinic").click()
    page.get_by_role("button", name="Sign out now").click()
    page.get_by_role("heading", name="You are signed out").wait_for()
    assert page.evaluate("Object.keys(sessionStorage)") == []
