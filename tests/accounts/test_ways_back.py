"""A request may name the page to go on to; whatever it names, the way leads to a page of ours."""

import pytest

from accounts.ways_back import page_of_ours
from tests.accounts.signing_in import PASSWORD, current_code, make_member, staff_browser

OURS = ["/", "/settings/people/?a=1", "/campaigns/?state=draft#top"]
HOSTILE = [
    "",
    " ",
    "segments",
    "segments:list",
    "accounts:sign_in",
    "settings/people/",
    "../settings/",
    "//evil.example",
    "//evil.example/settings/",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "/\t/evil.example",
    "https://evil.example/",
    "http:evil.example",
    "HTTPS://app.localhost@evil.example/",
    "javascript:alert(1)",
    "data:text/html,x",
    "\x01/settings/",
]


@pytest.mark.parametrize("wanted", OURS)
def test_a_path_is_taken_as_it_is(wanted):
    assert page_of_ours(wanted) == wanted


@pytest.mark.parametrize("wanted", HOSTILE)
def test_anything_else_is_not_followed(wanted):
    assert page_of_ours(wanted) == ""


@pytest.fixture(scope="module")
def wanted_pages():
    return [(wanted, "/") for wanted in HOSTILE] + [(wanted, wanted) for wanted in OURS]


def test_signing_in_leads_to_pages_of_ours_only(clinic, wanted_pages):
    user = make_member(clinic)
    for wanted, expected in wanted_pages:
        browser = staff_browser()
        said = {"email": user.email, "password": PASSWORD}
        browser.post("/login/", said, query_params={"next": wanted})
        answer = browser.post("/login/code/", {"code": current_code(user)})
        assert (answer.status_code, answer.url) == (302, expected), wanted


def test_confirming_and_choosing_a_theme_do_so_too(owners_browser, wanted_pages):
    for wanted, expected in wanted_pages:
        confirmed = owners_browser.get("/account/confirm/", {"next": wanted})
        themed = owners_browser.post("/account/theme/", {"theme": "dark", "back": wanted})
        for answer in (confirmed, themed):
            assert (answer.status_code, answer.url) == (302, expected), wanted
