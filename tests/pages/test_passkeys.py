"""Passkeys in Chromium, with its virtual authenticator: the browser itself keeps them to this site."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Page, expect

from accounts.models import Passkey
from accounts.services import users
from tenancy.scope import platform_scope
from tests.accounts.signing_in import PASSWORD, browser_of, let_proof_grow_old, make_member
from tests.browser import assert_accessible

pytestmark = pytest.mark.browser

DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
def owner(clinic):
    return make_member(clinic, "owner", "Olive Owner")


@contextmanager
def authenticator(page: Page) -> Iterator[str]:
    """A device with a finger on it, for this window."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    added = devtools.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})
    yield added["authenticatorId"]
    devtools.detach()


def set_up(page: Page) -> None:
    page.get_by_label("Name of the device").fill("Work laptop")
    page.get_by_role("button", name="Set up a passkey").click()
    page.get_by_text("The passkey is set up.").wait_for()


def test_a_passkey_from_set_up_to_sign_in_and_confirmation(open_as, owner):
    page = open_as(owner, "/account/factors/passkey/")
    assert_accessible(page)
    with authenticator(page):
        set_up(page)
        page.get_by_text("Work laptop").wait_for()
        assert_accessible(page)

        page.get_by_role("button", name="Your account and theme").click()
        page.get_by_role("button", name="Sign out").click()
        page.get_by_role("button", name="Use a passkey").click()  # no name, no password
        page.get_by_text("Elm Street Clinic").first.wait_for()

        let_proof_grow_old(owner)
        page.goto(page.url.partition("/?")[0].rstrip("/") + "/settings/people/invite/")
        page.get_by_role("heading", name="Confirm it").wait_for()
        assert_accessible(page)
        page.get_by_role("button", name="Use a passkey").click()
        page.get_by_label("Work email").wait_for()


def test_is_offered_after_the_password(open_as, owner):
    page = open_as(owner, "/account/factors/passkey/")
    with authenticator(page):
        set_up(page)
        page.get_by_role("button", name="Your account and theme").click()
        page.get_by_role("button", name="Sign out").click()
        page.get_by_label("Work email").fill(owner.email)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Continue").click()
        page.get_by_label("Code").wait_for()
        assert_accessible(page)
        page.get_by_role("button", name="Use a passkey").click()
        page.get_by_text("Elm Street Clinic").first.wait_for()


def test_a_newcomer_sets_up_a_passkey_first(open_page, clinic):
    user = users.create_user(email="nina@clinic.example", name="Nina New", password=PASSWORD)
    page = open_page("/login/")
    with authenticator(page):
        page.get_by_label("Work email").fill(user.email)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Continue").click()
        page.get_by_role("heading", name="Set up your second factor").wait_for()
        assert_accessible(page)
        page.get_by_role("button", name="Set up a passkey").click()
        page.get_by_role("heading", name="Keep these codes").wait_for()
    with platform_scope():
        assert Passkey.objects.get(user=user).name == "First passkey"


def test_a_device_without_a_passkey_says_what_to_do(open_page):
    page = open_page("/login/")
    with authenticator(page):
        page.get_by_role("button", name="Use a passkey").click()
        expect(page.get_by_role("alert")).to_contain_text("No passkey was used.")
        expect(page.get_by_role("button", name="Use a passkey")).to_be_enabled()


def test_the_browser_refuses_another_origin_of_ours(open_as, open_page, owner):
    """The portal's pages cannot ask for a passkey of the staff's host, even with a question for it."""
    browser_of(owner)
    page = open_page("/nowhere/", host="portal")
    with authenticator(page):
        name = page.evaluate(
            """() => navigator.credentials.get({publicKey: {challenge: new Uint8Array(32), rpId: "app.localhost"}})
              .then(() => "answered", (error) => error.name)"""
        )
    # By the name of the relying party, or before that by the host's Permissions-Policy.
    assert name in ("SecurityError", "NotAllowedError")
