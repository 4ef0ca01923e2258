"""What is sensitive asks for a factor again after 15 minutes, and loses nothing that was typed."""

import re
from datetime import timedelta

import pytest
from django.conf import settings
from django.urls import get_resolver

from accounts import totp
from accounts.models import Invitation, Session
from accounts.sessions import ABSOLUTE
from audit.models import AuditEvent
from tenancy import clock
from tenancy.scope import platform_scope
from tests.accounts.signing_in import (
    SEED,
    browser_of,
    current_code,
    let_proof_grow_old,
    make_member,
)
from tests.accounts.test_permissions import views

INVITATION = {"email": "ina@clinic.example", "role": "analyst"}
# Every act that research/security names: reveal, export, approve, keys, people, policy, BAA, factors.
SENSITIVE = {
    "contacts.views.erasing.erase",
    "accounts.views.account.confirm",
    "accounts.views.factors.new_app",
    "accounts.views.factors.new_codes",
    "accounts.views.factors.new_passkey",
    "accounts.views.factors.remove_app",
    "accounts.views.factors.remove_passkey",
    "accounts.views.keys.new",
    "accounts.views.keys.revoke",
    "accounts.views.operator.invite_owner",
    "accounts.views.operator.open_workspace",
    "accounts.views.operator.withdraw_owner",
    "accounts.views.operator_keys.switch_off",
    "accounts.views.operator_keys.switch_on",
    "accounts.views.people.invite",
    "accounts.views.people.person",
    "accounts.views.people.reset_factor",
    "accounts.views.people.restore",
    "accounts.views.people.revoke_invitation",
    "accounts.views.people.suspend",
    "campaigns.views.approvals.approve",
    "campaigns.views.approvals.attest",
    "campaigns.views.previews.show_campaign",
    "campaigns.views.previews.show_template",
    "compliance.views.agreement.end",
    "compliance.views.ending.ask",
    "compliance.views.ending.ask_for_data",
    "compliance.views.ending.password",
    "compliance.views.ending.take",
    "compliance.views.ending.undo",
    "compliance.views.operator.countersign",
    "compliance.views.operator_ending.allow",
    "compliance.views.operator_ending.ask",
    "compliance.views.operator_ending.postpone",
    "compliance.views.operator_ending.undo",
    "contacts.views.person.reveal",
    "accounts.views.workspace_keys.destroy",
    "accounts.views.workspace_keys.resume",
    "accounts.views.workspace_keys.rotate",
}
# These share an address with a page that everybody of the workspace may look at.
ON_POST_ONLY = ["/compliance/agreement/sign/"]


@pytest.fixture
def later(owners_browser):
    """Sixteen minutes after the owner signed in, with a look at a page in between."""
    start = clock.now()
    with clock.at(start + timedelta(minutes=10)):
        assert owners_browser.get("/account/").status_code == 200
    with clock.at(start + timedelta(minutes=16)):
        yield


def answer_to(page, code):
    """The fields of the page that asks, with `code` entered."""
    fields = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page)
    sent = {name: value for name, value in fields if name != "csrfmiddlewaretoken"}
    return sent | {"step_up-code": code}


def test_a_fresh_sign_in_is_proof_enough(owners_browser):
    with clock.at(clock.now() + timedelta(minutes=14, seconds=59)):
        assert owners_browser.post("/settings/people/invite/", INVITATION).status_code == 302
    assert Invitation.objects.count() == 1


def test_asks_again_and_does_nothing_meanwhile(later, owners_browser):
    asked = owners_browser.post("/settings/people/invite/", INVITATION)

    assert asked.status_code == 403
    page = asked.content.decode()
    assert "You signed in more than 15 minutes ago" in page
    assert 'name="email" value="ina@clinic.example"' in page
    assert not Invitation.objects.exists()


def test_goes_on_with_what_was_typed(later, owner, owners_browser):
    page = owners_browser.post("/settings/people/invite/", INVITATION).content.decode()
    answer = owners_browser.post("/settings/people/invite/", answer_to(page, current_code(owner)))

    assert answer.url == "/settings/people/"
    assert Invitation.objects.get().email == "ina@clinic.example"
    assert AuditEvent.objects.get(action="session.confirmed").actor_id == str(owner.id)
    again = INVITATION | {"email": "ino@clinic.example"}
    assert owners_browser.post("/settings/people/invite/", again).status_code == 302


def test_a_page_that_was_looked_at_comes_back_as_a_page(later, owner, owners_browser):
    asked = owners_browser.get("/settings/people/invite/?from=home")
    assert asked.status_code == 403
    sent = answer_to(asked.content.decode(), current_code(owner))
    answer = owners_browser.post("/settings/people/invite/?from=home", sent)
    assert answer.url == "/settings/people/invite/?from=home"
    assert owners_browser.get(answer.url).status_code == 200


@pytest.mark.parametrize("code", ["", "12345", "000000"])
def test_a_wrong_code_asks_again_and_keeps_what_was_typed(later, owners_browser, code):
    page = owners_browser.post("/settings/people/invite/", INVITATION).content.decode()
    refused = owners_browser.post("/settings/people/invite/", answer_to(page, code))

    assert refused.status_code == 422
    assert 'name="email" value="ina@clinic.example"' in refused.content.decode()
    assert not Invitation.objects.exists()
    assert owners_browser.get("/settings/people/invite/").status_code == 403


def test_the_code_that_signed_in_confirms_nothing(owner, owners_browser):
    used = totp.code_at(SEED, totp.step_at(clock.now()))
    let_proof_grow_old(owner)
    sent = {"step_up-wanted": "GET", "step_up-code": used}
    refused = owners_browser.post("/settings/people/invite/", sent)
    assert "used already" in refused.content.decode()
    assert owners_browser.get("/settings/people/invite/").status_code == 403


def test_five_wrong_codes_end_the_session(later, owner, owners_browser):
    start = clock.now()
    for minute in range(5):
        with clock.at(start + timedelta(minutes=minute)):
            sent = {"step_up-wanted": "GET", "step_up-code": "000000"}
            answer = owners_browser.post("/settings/people/invite/", sent)
    assert answer.url == "/login/"
    with platform_scope():
        assert not Session.objects.filter(user=owner).exists()
        denied = AuditEvent.objects.filter(actor_id=str(owner.id), action="session.confirmed")
        outcomes = [event.outcome for event in denied]
    assert outcomes == ["denied"] * 5


def test_changes_the_key_of_the_session_and_not_its_end(owner, owners_browser):
    start = clock.now()
    before = owners_browser.cookies[settings.SESSION_COOKIE_NAME].value
    for minutes in range(10, 30, 10):
        with clock.at(start + timedelta(minutes=minutes)):
            owners_browser.get("/account/")
    with clock.at(start + timedelta(minutes=25)):
        sent = {"step_up-wanted": "GET", "step_up-code": current_code(owner)}
        assert owners_browser.post("/account/confirm/", sent).status_code == 302
    assert owners_browser.cookies[settings.SESSION_COOKIE_NAME].value != before
    with platform_scope():
        assert Session.objects.get(user=owner).created_at < start + timedelta(minutes=1)
    for minutes in range(35, 12 * 60, 10):
        with clock.at(start + timedelta(minutes=minutes)):
            assert owners_browser.get("/account/").status_code == 200
    with clock.at(start + ABSOLUTE + timedelta(minutes=1)):
        assert owners_browser.get("/account/").url.startswith("/login/")


def test_sends_a_fragment_to_a_page_that_leads_back(later, owner, owners_browser):
    headers = {"HX-Request": "true", "HX-Current-URL": "http://app.localhost/settings/people/?a=1"}
    answer = owners_browser.post("/settings/people/invite/", INVITATION, headers=headers)
    url = "/account/confirm/?next=%2Fsettings%2Fpeople%2F%3Fa%3D1"
    assert (answer.status_code, answer["HX-Redirect"]) == (200, url)
    sent = answer_to(owners_browser.get(url).content.decode(), current_code(owner))
    assert owners_browser.post(url, sent).url == url
    assert owners_browser.get(url).url == "/settings/people/?a=1"
    assert owners_browser.get("/account/confirm/?next=//evil.example/").url == "/"


def test_who_may_not_is_refused_before_being_asked(clinic):
    browser = browser_of(make_member(clinic, "analyst"))
    start = clock.now()
    with clock.at(start + timedelta(minutes=10)):
        browser.get("/account/")
    with clock.at(start + timedelta(minutes=16)):
        page = browser.get("/settings/people/invite/").content.decode()
    assert "may do this" in page
    assert "more than 15 minutes" not in page


def test_no_sensitive_act_has_lost_its_question():
    patterns = get_resolver("config.urls.staff").url_patterns
    asking = {view for _, view in views(patterns) if getattr(view, "step_up", False)}
    assert {f"{view.__module__}.{view.__name__}" for view in asking} >= SENSITIVE


@pytest.mark.parametrize("path", ON_POST_ONLY)
def test_asks_for_the_change_and_not_for_the_look(later, owners_browser, path):
    assert owners_browser.get(path).status_code == 200
    assert owners_browser.post(path, {}).status_code == 403


def test_an_answer_that_another_window_made_needless_still_leads_back(later, owner, owners_browser):
    sent = {"step_up-wanted": "GET", "step_up-code": current_code(owner)}
    assert owners_browser.post("/account/confirm/", sent).status_code == 302
    sent = {"step_up-wanted": "GET", "step_up-code": current_code(owner)}
    assert owners_browser.post("/settings/api-keys/new/", sent).url == "/settings/api-keys/new/"
