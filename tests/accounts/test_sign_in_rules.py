"""Settings → Security: who uses which factor, how long a session lasts, and who may loosen it."""

import json

import pytest
from django.db import IntegrityError, connection, transaction

from accounts.factor_rules import Rules, rules_in
from accounts.models import Countersignature, Passkey, SecuritySettings
from accounts.queries import security_settings
from accounts.services import countersignatures, sign_in_rules
from accounts.services.countersignatures import NotAsked
from accounts.services.sign_in import actor_for
from audit.models import AuditEvent
from tenancy.scope import platform_scope
from tests.accounts.authenticator import Authenticator
from tests.accounts.signing_in import (
    PASSWORD,
    browser_of,
    current_code,
    let_proof_grow_old,
    make_member,
    staff_browser,
)
from tests.accounts.test_passkeys import asked, enter, is_inside, set_up

USUAL = Rules(15, 12, frozenset())
FORM = {"idle_minutes": 15, "absolute_hours": 12, "reason": ""}


def rules():
    return rules_in(security_settings())


@pytest.fixture
def officer(clinic):
    return make_member(clinic, "compliance_officer", "Oscar Officer")


@pytest.fixture
def marketers_only(owner):
    """Marketers sign in with passkeys only."""
    sign_in_rules.change(Rules(15, 12, frozenset({"marketer"})), reason="", actor=actor_for(owner))


def test_what_is_stricter_holds_at_once(owner, owners_browser):
    form = FORM | {"idle_minutes": 5, "marketer": "on"}
    assert owners_browser.post("/settings/security/", form).status_code == 302
    assert rules() == Rules(5, 12, frozenset({"marketer"}))
    changed = AuditEvent.objects.get(action="sign_in_rules.changed").detail["changed"]
    assert changed == {
        "idle_minutes": {"was": 15, "is": 5},
        "passkey_only": {"was": [], "is": ["marketer"]},
    }
    page = owners_browser.get("/settings/security/").content.decode()
    assert "Idle minutes: 15 → <b>5</b>" in page
    assert "Passkey only: None → <b>Marketer</b>" in page


def test_what_is_looser_waits_for_a_second_person(owner, owners_browser, officer):
    form = FORM | {"idle_minutes": 30, "absolute_hours": 8, "reason": "Long calls at the desk."}
    owners_browser.post("/settings/security/", form)
    assert rules() == Rules(15, 8, frozenset())
    asked_for = Countersignature.objects.get()
    assert asked_for.payload == {"idle_minutes": 30}
    countersignatures.grant(asked_for.pk, actor=actor_for(officer))
    assert rules() == Rules(30, 8, frozenset())


def test_what_was_tightened_meanwhile_stays_tight(owner, officer, clinic):
    actor = actor_for(owner)
    sign_in_rules.change(Rules(15, 12, frozenset({"marketer"})), reason="", actor=actor)
    sign_in_rules.change(Rules(30, 12, frozenset()), reason="Calls.", actor=actor)
    sign_in_rules.change(Rules(15, 6, frozenset({"marketer", "admin"})), reason="", actor=actor)
    asked_for = Countersignature.objects.get()
    words = "Sign people out after 30 idle minutes; let marketers sign in without a passkey"
    assert sign_in_rules.sentence(asked_for.payload) == words
    countersignatures.grant(asked_for.pk, actor=actor_for(officer))
    assert rules() == Rules(30, 6, frozenset({"admin"}))


def test_nobody_loosens_alone_or_without_a_reason(owner, owners_browser):
    refused = owners_browser.post("/settings/security/", FORM | {"idle_minutes": 30, "marketer": 1})
    assert refused.status_code == 422
    assert rules() == USUAL
    with pytest.raises(NotAsked, match="Nobody else here may decide"):
        sign_in_rules.change(Rules(30, 12, frozenset()), reason="Calls.", actor=actor_for(owner))
    assert not Countersignature.objects.exists()


@pytest.mark.parametrize(
    ("field", "value"), [("idle_minutes", 4), ("idle_minutes", 61), ("absolute_hours", 25)]
)
def test_keeps_within_the_bounds(owners_browser, field, value):
    refused = owners_browser.post(
        "/settings/security/", FORM | {field: value, "reason": "Why not."}
    )
    assert refused.status_code == 422
    assert rules() == USUAL


@pytest.mark.parametrize(
    "factors",
    [
        [],
        {"marketer": []},
        {"marketer": "passkey"},
        {"marketer": ["password"]},
        {"marketer": [["passkey"]]},
        {"marketer": [7]},
    ],
)
def test_the_database_knows_no_rule_that_switches_a_factor_off(clinic, factors):
    SecuritySettings.objects.create(factors={"marketer": ["passkey"]})
    with pytest.raises(IntegrityError, match="factors_only_narrow"), transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE accounts_securitysettings SET factors = %s", [json.dumps(factors)]
            )


def test_owners_and_administrators_change_officers_and_auditors_look(clinic):
    for role, look, change in (
        ("admin", 200, 302),
        ("compliance_officer", 200, 403),
        ("auditor", 200, 403),
        ("marketer", 403, 403),
    ):
        browser = browser_of(make_member(clinic, role, "Robin Role"))
        assert browser.get("/settings/security/").status_code == look
        assert browser.post("/settings/security/", FORM).status_code == change


def test_a_change_asks_for_a_factor_again(owner, owners_browser):
    let_proof_grow_old(owner)
    assert owners_browser.get("/settings/security/").status_code == 200
    assert owners_browser.post("/settings/security/", FORM | {"idle_minutes": 5}).status_code == 403
    assert rules() == USUAL


def test_an_app_leads_to_a_passkey_and_then_inside(clinic, marketers_only, browser):
    user = make_member(clinic)
    browser.post("/login/", {"email": user.email, "password": PASSWORD})
    assert browser.post("/login/code/", {"code": current_code(user)}).url == "/login/app/"
    assert not is_inside(browser)
    page = browser.get("/login/app/").content.decode()
    assert "Your workspace asks for a passkey" in page
    assert "authenticator app" not in page

    authenticator = Authenticator()
    answer = authenticator.create(asked(browser, "/login/passkey/new/options/"))
    assert browser.post("/login/passkey/new/", {"answer": answer}).status_code == 200
    assert is_inside(browser)
    assert enter(staff_browser(), authenticator).url == "/"


def test_an_app_opens_nothing_once_there_is_a_passkey(clinic, owner, browser):
    user = make_member(clinic)
    assert set_up(browser_of(user), Authenticator()).status_code == 302
    marketers = Rules(15, 12, frozenset({"marketer"}))
    sign_in_rules.change(marketers, reason="", actor=actor_for(owner))
    browser.post("/login/", {"email": user.email, "password": PASSWORD})
    page = browser.post("/login/code/", {"code": current_code(user)})
    assert page.status_code == 200
    assert "Use a passkey" in page.content.decode()
    assert 'name="code"' not in page.content.decode()
    assert not is_inside(browser)


def test_no_new_app_in_place_of_the_passkey(clinic, marketers_only, browser):
    user = make_member(clinic)
    browser.post("/login/", {"email": user.email, "password": PASSWORD})
    browser.post("/login/code/", {"code": current_code(user)})
    browser.post("/login/app/", {"code": "123456"})
    assert not is_inside(browser)


def test_the_last_passkey_that_is_asked_for_stays(clinic, owner):
    user = make_member(clinic)
    browser = browser_of(user)
    set_up(browser, Authenticator())
    marketers = Rules(15, 12, frozenset({"marketer"}))
    sign_in_rules.change(marketers, reason="", actor=actor_for(owner))
    with platform_scope():
        kept = Passkey.objects.get(user=user)
    browser.post(f"/account/factors/{kept.pk}/remove/")
    assert "asks for a passkey" in browser.get("/account/factors/").content.decode()
    with platform_scope():
        assert Passkey.objects.filter(pk=kept.pk).exists()


def test_shows_who_still_owes_a_passkey(clinic, marketers_only, owners_browser):
    make_member(clinic)
    page = owners_browser.get("/settings/security/").content.decode()
    assert "Authenticator app, passkey due" in page
    assert "0 of 1 have one." in page
