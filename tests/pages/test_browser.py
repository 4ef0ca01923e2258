"""The pages of accounts in a browser, and proof that the watch over pages is awake."""

import re

import pytest

from accounts.services import users
from tenancy.ids import uuid7
from tenancy.scope import platform_scope
from tests.accounts.signing_in import (
    PASSWORD,
    current_code,
    let_proof_grow_old,
    make_member,
    make_user,
    membership_of,
)
from tests.browser import assert_accessible, violations

pytestmark = pytest.mark.browser

STAFF_PAGES = [
    "/settings/",
    "/settings/people/",
    "/settings/security/",
    "/settings/people/invite/",
    "/account/",
    "/account/password/",
    "/account/factors/",
    "/account/factors/app/",
    "/account/factors/codes/",
    "/account/factors/passkey/",
    "/workspaces/",
    "/nowhere/",
]


@pytest.fixture
def owner(clinic):
    return make_member(clinic, "owner", "Olive Owner")


@pytest.mark.parametrize("path", STAFF_PAGES)
def test_staff_page_stands(open_as, owner, path):
    assert_accessible(open_as(owner, path))


def test_a_person_s_page_opens_its_dialog(open_as, owner, clinic):
    member = membership_of(make_member(clinic), clinic)
    page = open_as(owner, f"/settings/people/{member.pk}/")
    page.get_by_role("button", name="Suspend").click()
    page.get_by_role("dialog").wait_for()
    assert violations(page) == []
    page.get_by_role("button", name="Not now").click()
    assert page.get_by_role("dialog").count() == 0
    assert_accessible(page)


@pytest.mark.parametrize("path", ["/login/forgotten/", "/login/reset/"])
def test_page_of_somebody_without_the_password_stands(open_page, path):
    assert_accessible(open_page(path))


@pytest.mark.parametrize("path", ["/operator/", "/operator/new/"])
def test_operators_page_stands(open_as, path):
    with platform_scope():
        operator = make_user("Otto Operator", is_operator=True)
    assert_accessible(open_as(operator, path))


def test_a_patient_s_page_that_does_not_open_stands(open_page):
    assert_accessible(open_page("/nowhere/", host="portal"))


def test_signs_in_by_hand_and_out_again(open_page, owner):
    page = open_page("/login/")
    assert_accessible(page)
    page.get_by_label("Work email").fill(owner.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Continue").click()
    page.get_by_label("Code").wait_for()
    assert_accessible(page)
    page.get_by_label("Code").press_sequentially(current_code(owner))  # sends itself
    page.get_by_text("Elm Street Clinic").first.wait_for()
    page.get_by_role("button", name="Your account and theme").click()
    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("heading", name="Sign in").wait_for()


def test_sets_up_a_second_factor(open_page, clinic):
    email = f"nina-{uuid7().hex[-12:]}@clinic.example"
    users.create_user(email=email, name="Nina New", password=PASSWORD)
    page = open_page("/login/")
    page.get_by_label("Work email").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("img", name=re.compile("QR code")).wait_for()
    assert_accessible(page)


def test_keeps_the_chosen_theme(open_as, owner):
    page = open_as(owner, "/settings/")
    page.get_by_role("button", name="Your account and theme").click()
    page.get_by_role("button", name="Dark").click()
    assert page.locator("html").get_attribute("data-bs-theme") == "dark"
    assert page.url.endswith("/settings/")


def test_opens_the_menu_on_a_phone(open_as, owner):
    page = open_as(owner, "/settings/")
    page.set_viewport_size({"width": 390, "height": 844})
    page.get_by_role("button", name="Open menu").click()
    page.get_by_role("navigation", name="Menu").wait_for()
    assert violations(page) == []


PLANTED = {
    "style-src-attr": "document.body.setAttribute('style', 'color: red')",
    "script-src-elem": """
        const script = document.createElement("script");
        script.textContent = "window.planted = 1";
        document.body.append(script);
    """,
    "img-src": """
        document.body.append(Object.assign(new Image(), {src: "https://evil.example/x.png"}))
    """,
}


@pytest.mark.parametrize(("directive", "plant"), PLANTED.items(), ids=PLANTED.keys())
def test_a_planted_violation_is_caught(open_as, owner, directive, plant):
    page = open_as(owner, "/settings/")
    page.evaluate(plant)
    page.wait_for_timeout(100)
    caught = list(page.problems)
    page.problems.clear()
    assert any(problem.startswith(directive) for problem in caught)


def test_planted_barriers_are_found(open_as, owner):
    page = open_as(owner, "/settings/")
    page.evaluate("document.querySelector('#main').append(document.createElement('input'))")
    page.evaluate(
        "document.querySelector('#main').insertAdjacentHTML('beforeend', '<p>' + 'x'.repeat(900))"
    )
    with pytest.raises(AssertionError, match=r"label at [\s\S]*wider than the window"):
        assert_accessible(page)


def test_asks_again_in_the_middle_of_a_form_and_loses_nothing(open_as, owner):
    page = open_as(owner, "/settings/people/invite/")
    page.get_by_label("Work email").fill("ina@clinic.example")
    page.get_by_label("Analyst").check()
    let_proof_grow_old(owner)
    page.get_by_role("button", name="Send the invitation").click()
    page.get_by_role("heading", name="Confirm it").wait_for()
    assert_accessible(page)
    page.get_by_label("Code").press_sequentially(current_code(owner))  # sends itself
    page.get_by_text("The invitation to ina@clinic.example is on its way.").wait_for()
    page.get_by_text("Analyst, invited by Olive Owner").wait_for()
