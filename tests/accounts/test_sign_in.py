from datetime import timedelta

import pytest

from accounts import totp
from accounts.models import Session, SignInFailures, User
from accounts.sessions import ABSOLUTE, IDLE
from audit.models import AuditEvent
from tenancy import clock
from tenancy.scope import platform_scope
from tests.accounts.signing_in import (
    PASSWORD,
    SEED,
    current_code,
    make_member,
    make_user,
    sign_in,
    staff_browser,
)


def give_password(browser, user, password=PASSWORD, **extra):
    return browser.post("/login/", {"email": user.email, "password": password}, **extra)


def test_asks_for_both_factors_and_opens_the_workspace(clinic, browser):
    user = make_member(clinic)
    assert give_password(browser, user).url == "/login/code/"
    assert browser.get("/account/").url.startswith("/login/")

    answer = browser.post("/login/code/", {"code": current_code(user)})

    assert answer.status_code == 302
    page = browser.get("/account/")
    assert page.status_code == 200
    assert "Elm Street Clinic" in page.content.decode()
    assert AuditEvent.objects.get(action="session.started").actor_name == "Nora Nurse"


def test_gives_the_same_answer_whether_the_account_exists_or_not(clinic, browser):
    known = give_password(browser, make_member(clinic), "wrong password")
    unknown = give_password(browser, User(email="nobody@clinic.example"), "wrong password")

    assert known.status_code == unknown.status_code == 422
    sentence = "The email address or the password is wrong."
    assert sentence in known.content.decode()
    assert sentence in unknown.content.decode()


def test_makes_the_next_try_wait_longer_and_longer(clinic, browser):
    user = make_member(clinic)
    start = clock.now()
    for seconds in (0, 0, 0, 2, 5):
        with clock.at(start := start + timedelta(seconds=seconds)):
            assert "is wrong" in give_password(browser, user, "guess").content.decode()

    with clock.at(start + timedelta(seconds=1)):
        refused = give_password(browser, user)
    assert "Too many tries. Wait" in refused.content.decode()

    with clock.at(start + timedelta(minutes=16)):
        assert give_password(browser, user).url == "/login/code/"


def test_a_code_works_once(clinic, browser):
    user = make_member(clinic)
    sign_in(staff_browser(), user)
    give_password(browser, user)

    again = browser.post("/login/code/", {"code": totp.code_at(SEED, totp.step_at(clock.now()))})

    assert again.status_code == 422
    assert "used already" in again.content.decode()


def test_asks_for_the_password_again_after_five_wrong_codes(clinic, browser):
    user = make_member(clinic)
    now = clock.now()
    with clock.at(now):
        give_password(browser, user)
    for minute in range(5):
        with clock.at(now + timedelta(minutes=minute)):
            answer = browser.post("/login/code/", {"code": "000000"})

    assert answer.url == "/login/"
    assert browser.get("/login/code/").url == "/login/"


def test_changes_the_session_key_at_each_step(clinic, browser):
    user = make_member(clinic)
    name = "__Host-sealpost_session"
    give_password(browser, user)
    half = browser.cookies[name].value
    browser.post("/login/code/", {"code": current_code(user)})

    assert browser.cookies[name].value != half
    with platform_scope():
        assert Session.objects.filter(user=user).count() == 1


@pytest.mark.parametrize("away", [IDLE + timedelta(seconds=1), ABSOLUTE + timedelta(seconds=1)])
def test_ends_the_session_of_somebody_who_went_away(owners_browser, away):
    with clock.at(clock.now() + away):
        assert owners_browser.get("/account/").url.startswith("/login/")


def test_lasts_twelve_hours_at_most_however_busy(owners_browser):
    start = clock.now()
    for minutes in range(14, 12 * 60, 14):
        with clock.at(start + timedelta(minutes=minutes)):
            assert owners_browser.get("/account/").status_code == 200
    with clock.at(start + timedelta(hours=12, minutes=1)):
        assert owners_browser.get("/account/").url.startswith("/login/")


def test_a_page_that_polls_does_not_keep_anybody_signed_in(owners_browser):
    start = clock.now()
    for minutes in range(0, 15, 5):
        with clock.at(start + timedelta(minutes=minutes)):
            answer = owners_browser.get("/account/", headers={"X-Background": "1"})
    assert answer.status_code == 200
    with clock.at(start + timedelta(minutes=16)):
        assert owners_browser.get("/account/").url.startswith("/login/")


def test_leads_back_to_the_page_that_was_wanted_but_never_elsewhere(clinic, browser):
    user = make_member(clinic)
    wanted = browser.get("/settings/people/").url
    assert wanted == "/login/?next=%2Fsettings%2Fpeople%2F"
    browser.post(wanted, {"email": user.email, "password": PASSWORD})
    assert browser.post("/login/code/", {"code": current_code(user)}).url == "/settings/people/"

    other = staff_browser()
    other.post("/login/?next=//evil.example/", {"email": user.email, "password": PASSWORD})
    assert other.post("/login/code/", {"code": current_code(user)}).url == "/"


def test_sends_a_fragment_request_to_the_sign_in_page_as_a_whole(browser):
    answer = browser.get("/settings/people/", headers={"HX-Request": "true"})
    assert (answer.status_code, answer["HX-Redirect"]) == (200, "/login/")


def test_signing_out_ends_the_session(owner, owners_browser):
    answer = owners_browser.post("/logout/")

    assert answer["Clear-Site-Data"] == '"cache", "storage"'
    assert owners_browser.get("/account/").url.startswith("/login/")
    with platform_scope():
        assert not Session.objects.filter(user=owner).exists()


def test_tells_browsers_to_keep_no_copy(owners_browser):
    assert owners_browser.get("/account/")["Cache-Control"] == "no-store"


def test_writes_down_who_failed_to_sign_in_and_from_which_network(clinic, browser):
    give_password(browser, make_member(clinic), "wrong", REMOTE_ADDR="203.0.113.9")
    with platform_scope():
        denied = AuditEvent.objects.get(actor_id="203.0.113.0/24")
        assert (denied.action, denied.outcome) == ("session.started", "denied")
        assert SignInFailures.objects.filter(failures__gt=0).exists()


def test_somebody_without_a_workspace_is_told_so(browser):
    page = sign_in(browser, make_user()).get("/workspaces/").content.decode()
    assert "You are in no workspace." in page
