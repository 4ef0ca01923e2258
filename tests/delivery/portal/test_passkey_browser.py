"""A passkey in a real browser, with an authenticator in software that the browser itself provides."""

import pytest

from delivery.models import EscrowItem, PortalPasskey
from tests.browser import assert_accessible
from tests.delivery.portal.test_browser import answer, path_of
from tests.factories.delivery import make_item

pytestmark = pytest.mark.browser


def with_authenticator(page):
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": True,
        "hasUserVerification": True, "isUserVerified": True, "automaticPresenceSimulation": True,
    }  # fmt: skip
    session.send("WebAuthn.addVirtualAuthenticator", {"options": options})


def test_is_set_up_after_the_first_message_and_opens_the_second(open_page, ada):
    first, second = make_item(ada, subject="Your visit"), make_item(ada, subject="Your result")
    page = open_page(path_of(first), host="portal")
    with_authenticator(page)
    page.get_by_role("button", name="Continue").click()
    answer(page, first)
    page.get_by_role("heading", name="Your visit").wait_for()
    assert_accessible(page)
    page.get_by_role("button", name="Set it up on this device").click()
    page.get_by_text("It is set up.").wait_for()
    assert PortalPasskey.objects.get(contact=ada).strength == 1
    origin = page.url.partition("/m/")[0]
    page.goto(f"{origin}{path_of(second)}")
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("button", name="Use your finger, face or PIN").wait_for()
    assert_accessible(page)
    page.get_by_role("button", name="Use your finger, face or PIN").click()
    page.get_by_role("heading", name="Your result").wait_for()
    page.wait_for_load_state("networkidle")
    assert EscrowItem.objects.get(pk=second.pk).status == "read"
