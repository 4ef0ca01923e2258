"""Cookies belong to one host, forms come from one's own pages, and systems send what no form can."""

import json

import pytest
from django.conf import settings
from django.test import Client

from tests.accounts.signing_in import browser_of, make_member, staff_browser
from tests.security import trespass

STAFF = settings.HOSTS["staff"]
OWN = f"http://{STAFF}"


@pytest.fixture
def nurse_browser(clinic):
    return browser_of(make_member(clinic))


def test_every_cookie_is_kept_for_its_host_alone(nurse_browser):
    nurse_browser.post("/account/theme/", {"theme": "dark"})
    nurse_browser.get("/account/")
    cookies = nurse_browser.cookies
    assert {"__Host-sealpost_session", "__Host-sealpost_theme"} <= cookies.keys()
    for name, cookie in cookies.items():
        assert name.startswith("__Host-sealpost_")
        assert (cookie["secure"], cookie["httponly"], cookie["path"], cookie["domain"]) == (
            True, True, "/", "",
        )  # fmt: skip
        assert cookie["samesite"] in {"Lax", "Strict"}


@pytest.mark.parametrize(
    "headers",
    [{"origin": "https://evil.example"}, {"origin": "null"}, {"origin": f"https://{STAFF}"},
     {"origin": settings.ORIGINS["portal"]}, {"origin": f"{OWN}:81"}, {"sec-fetch-site": "cross-site"},
     {"sec-fetch-site": "same-site"}, {"sec-fetch-site": "cross-site", "origin": OWN}],
    ids=str,
)  # fmt: skip
def test_a_form_from_elsewhere_changes_nothing(nurse_browser, headers):
    before = nurse_browser.cookies.get("__Host-sealpost_theme")
    answer = nurse_browser.post("/account/theme/", {"theme": "dark"}, headers=headers)
    assert answer.status_code == 403
    assert nurse_browser.cookies.get("__Host-sealpost_theme") == before


@pytest.mark.parametrize(
    "headers",
    [{}, {"origin": OWN}, {"sec-fetch-site": "same-origin", "origin": OWN}, {"sec-fetch-site": "none"}],
    ids=str,
)  # fmt: skip
def test_a_form_of_our_own_page_is_taken(nurse_browser, headers):
    answer = nurse_browser.post("/account/theme/", {"theme": "dark"}, headers=headers)
    assert answer.status_code == 302


def test_the_token_is_asked_for_as_well(clinic):
    browser = Client(enforce_csrf_checks=True, headers={"host": STAFF, "origin": OWN})
    assert browser.post("/account/theme/", {"theme": "dark"}).status_code == 403


def test_one_click_unsubscribe_is_taken_from_anybody():
    links = Client(enforce_csrf_checks=True, headers={"host": settings.HOSTS["links"]})
    headers = {"origin": "https://mail.example", "sec-fetch-site": "cross-site"}
    assert links.post("/u/made-up", headers=headers).status_code == 404  # and not 403


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""]
)
def test_the_api_refuses_what_a_form_could_send(elm, kind):
    system = trespass.people_of(elm, "api")[0].browser
    body = json.dumps({"external_id": "X-1"})
    refused = system.generic("POST", "/api/v1/contacts", body, content_type=kind)
    assert refused.status_code == 415
    taken = system.generic("POST", "/api/v1/contacts", body, content_type="application/json")
    assert taken.status_code in {200, 201}


@pytest.mark.parametrize("host", settings.HOSTS)
def test_no_other_origin_may_read_an_answer(host):
    asked = {"origin": "https://evil.example", "access-control-request-method": "POST"}
    browser = Client(headers={"host": settings.HOSTS[host], **asked})
    for path in ("/", "/api/v1/contacts", "/static/css/tokens.css", "/openapi.json"):
        for answer in (browser.options(path), browser.get(path)):
            assert not [
                name for name in answer.headers if name.lower().startswith("access-control")
            ]


def test_a_cookie_of_the_staff_opens_nothing_on_the_api(clinic, nurse_browser):
    api = Client(headers={"host": settings.HOSTS["api"]})
    api.cookies = nurse_browser.cookies
    assert api.get("/api/v1/contacts").status_code == 401


@pytest.mark.browser
def test_a_real_browser_keeps_the_cookies_and_signs_in(clinic, open_page):
    """Chromium counts http://app.localhost as safe: it keeps what is Secure and begins with __Host-."""
    staff_browser()
    page = open_page("/login/")
    page.reload()
    kept = {cookie["name"]: cookie for cookie in page.context.cookies()}
    assert kept.keys() == {"__Host-sealpost_csrf"}
    assert kept["__Host-sealpost_csrf"]["secure"]
    member = make_member(clinic)
    page.fill("[name=email]", member.email)
    page.fill("[name=password]", "correct horse battery staple")
    page.keyboard.press("Enter")
    page.wait_for_url("**/login/code/")
    assert "__Host-sealpost_session" in {cookie["name"] for cookie in page.context.cookies()}
