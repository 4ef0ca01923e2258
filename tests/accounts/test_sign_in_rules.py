"""Settings → Security: who uses which factor, how long a session lasts, and who may loosen it."""

import json

import pytest
from django.db import IntegrityError, connection, transaction

from accounts import countersign
from accounts.factor_rules import factors_for
from accounts.models import Countersignature, Passkey, SecuritySettings
from accounts.queries import security_settings
from accounts.services import countersignatures, protection
from accounts.services.countersignatures import NotAsked
from accounts.services.protection import ChangedSince
from accounts.services.sign_in import actor_for
from accounts.sign_in_settings import SIGN_IN
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

USUAL = (15, 12, [])
FORM = {"idle_minutes": 15, "absolute_hours": 12, "ends_keys_of_leavers": "on", "reason": ""}


def rules():
    """Idle minutes, hours of a session, and who uses passkeys only."""
    holds = security_settings()
    return holds.idle_minutes, holds.absolute_hours, [*holds.factors]


def set_rules(actor, reason="", roles=None, **columns):
    wanted = columns if roles is None else columns | {"factors": factors_for(roles)}
    return protection.change(SIGN_IN, wanted, reason=reason, actor=actor_for(actor))


@pytest.fixture
def officer(clinic):
    return make_member(clinic, "compliance_officer", "Oscar Officer")


@pytest.fixture
def marketers_only(owner):
    """Marketers sign in with passkeys only."""
    set_rules(owner, roles=["marketer"])


def test_what_is_stricter_holds_at_once(owner, owners_browser):
    form = FORM | {"idle_minutes": 5, "marketer": "on"}
    assert owners_browser.post("/settings/security/", form).status_code == 302
    assert rules() == (5, 12, ["marketer"])
    changed = AuditEvent.objects.get(action="sign_in_rules.changed").detail["changed"]
    assert changed == {
        "idle_minutes": {"was": 15, "is": 5},
        "factors": {"was": {}, "is": {"marketer": ["passkey"]}},
    }
    page = owners_browser.get("/settings/security/").content.decode()
    assert "Sign-out when idle: 15 minutes → <b>5 minutes</b>" in page
    assert "Passkeys only: No role → <b>Marketers</b>" in page


def test_what_is_looser_waits_for_a_second_person(owner, owners_browser, officer):
    form = FORM | {"idle_minutes": 30, "absolute_hours": 8, "reason": "Long calls at the desk."}
    owners_browser.post("/settings/security/", form)
    assert rules() == (15, 8, [])
    page = owners_browser.get("/settings/security/").content.decode()
    assert "A change waits for a second person." in page
    asked_for = Countersignature.objects.get()
    assert (asked_for.payload["was"], asked_for.payload["is"]) == (
        {"idle_minutes": 15}, {"idle_minutes": 30},
    )  # fmt: skip
    countersignatures.grant(asked_for.pk, actor=actor_for(officer))
    assert rules() == (30, 8, [])
    page = owners_browser.get("/settings/security/").content.decode()
    assert f"{owner.name}, Oscar Officer agreed" in page


def test_what_was_decided_meanwhile_is_not_undone(owner, officer, clinic):
    set_rules(owner, roles=["marketer"])
    set_rules(owner, "Calls.", idle_minutes=30, roles=[])
    asked_for = Countersignature.objects.get()
    assert countersign.kind_named(SIGN_IN.kind).describe(asked_for.payload) == (
        "Sign-in: passkeys only from Marketers to No role;"
        " sign-out when idle from 15 minutes to 30 minutes"
    )
    set_rules(owner, roles=["marketer", "admin"])
    with pytest.raises(ChangedSince):
        countersignatures.grant(asked_for.pk, actor=actor_for(officer))
    assert rules() == (15, 12, ["admin", "marketer"])


def test_keys_outlive_whoever_leaves_only_if_two_people_want_it(owner, owners_browser, officer):
    form = FORM | {"reason": "The lab's system must go on."}
    del form["ends_keys_of_leavers"]
    owners_browser.post("/settings/security/", form)
    assert security_settings().ends_keys_of_leavers is True
    countersignatures.grant(Countersignature.objects.get().pk, actor=actor_for(officer))
    assert security_settings().ends_keys_of_leavers is False
    page = owners_browser.get("/settings/security/").content.decode()
    assert "API keys end with whoever leaves: Yes → <b>No</b>" in page
    owners_browser.post("/settings/security/", FORM)
    assert security_settings().ends_keys_of_leavers is True


def test_nobody_loosens_alone_or_without_a_reason(owner, owners_browser):
    refused = owners_browser.post("/settings/security/", FORM | {"idle_minutes": 30, "marketer": 1})
    assert refused.status_code == 422
    assert rules() == USUAL
    with pytest.raises(NotAsked, match="Nobody else here may decide"):
        set_rules(owner, "Calls.", idle_minutes=30)
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


def test_less_asks_for_a_factor_again_and_more_does_not(owner, owners_browser, officer):
    let_proof_grow_old(owner)
    looser = FORM | {"idle_minutes": 30, "reason": "Calls."}
    assert owners_browser.post("/settings/security/", looser).status_code == 403
    assert not Countersignature.objects.exists()
    assert owners_browser.post("/settings/security/", FORM | {"idle_minutes": 5}).status_code == 302
    assert rules() == (5, 12, [])


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
    set_rules(owner, roles=["marketer"])
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
    set_rules(owner, roles=["marketer"])
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
