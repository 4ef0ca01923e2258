"""Somebody lost every factor: one person asks for a reset, another grants it, a mail tells the person."""

from datetime import timedelta

import pytest

from accounts.models import Countersignature, Membership, Passkey, RecoveryCode, TotpDevice
from accounts.services import countersignatures, factors
from accounts.services.people import RoleNotChanged
from accounts.services.sign_in import actor_for
from audit.models import AuditEvent
from tenancy import clock
from tenancy.models import SystemMail
from tenancy.scope import platform_scope, tenant_scope
from tests.accounts.authenticator import Authenticator
from tests.accounts.signing_in import (
    PASSWORD,
    SEED,
    browser_of,
    current_code,
    make_member,
    membership_of,
    staff_browser,
)
from tests.accounts.test_passkeys import enter, set_up

REASON = {"reason": "I saw Mara at her desk."}


@pytest.fixture
def officer(clinic):
    return make_member(clinic, "compliance_officer", "Oscar Officer")


def reset_url(user, clinic):
    return f"/settings/people/{membership_of(user, clinic).pk}/reset-factor/"


def held(user):
    with platform_scope():
        kinds = (Passkey, TotpDevice, RecoveryCode)
        return [kind.objects.filter(user=user).count() for kind in kinds]


def test_two_people_reset_what_the_third_sets_up_anew(
    clinic, owner, owners_browser, officer, marketer
):
    browser = browser_of(marketer)
    authenticator = Authenticator()
    set_up(browser, authenticator)
    factors.replace_recovery_codes(marketer)

    assert owners_browser.post(reset_url(marketer, clinic), REASON).url == "/settings/people/"
    assert held(marketer) == [1, 1, 10]
    asked_for = Countersignature.objects.get(kind="factor.reset")
    answer = browser_of(officer).post(f"/settings/requests/{asked_for.pk}/grant/")

    assert answer.status_code == 302
    assert held(marketer) == [0, 0, 0]
    assert browser.get("/settings/").url.startswith("/login/")
    assert enter(staff_browser(), authenticator).status_code == 422
    again = staff_browser().post("/login/", {"email": marketer.email, "password": PASSWORD})
    assert again.url == "/login/app/"
    assert AuditEvent.objects.get(action="factor.reset").actor_name == "Oscar Officer"
    mail = SystemMail.objects.filter(kind="factor_changed").order_by("-created_at")[0]
    assert (mail.to, "reset by two people" in mail.context["what"]) == (marketer.email, True)
    told = SystemMail.objects.get(kind="factors_reset")
    names = [told.context[name] for name in ("person", "asked_by", "decided_by")]
    assert (told.to, names) == (
        owner.email, ["Mara Marketer", "Olive Owner", "Oscar Officer"],
    )  # fmt: skip


@pytest.fixture
def reset_officer(clinic, owner, owners_browser, officer):
    """Oscar, whose factors Olive and a colleague reset, and who has set up a new app since."""
    colleague = make_member(clinic, "compliance_officer", "Cora Officer")
    owners_browser.post(reset_url(officer, clinic), REASON)
    asked_for = Countersignature.objects.get(kind="factor.reset")
    countersignatures.grant(asked_for.pk, actor=actor_for(colleague))
    with platform_scope():
        TotpDevice.objects.create(user=officer, name="Authenticator app", seed=SEED)
    return officer


LOOSER = {"idle_minutes": "30", "absolute_hours": "12", "ends_keys_of_leavers": "on", "reason": "-"}
NOT_YET = "stays closed to you for a day"


def test_for_a_day_after_a_reset_nothing_sensitive_opens(clinic, owners_browser, reset_officer):
    owners_browser.post("/settings/security/", LOOSER)
    asked_for = Countersignature.objects.get(decision="")
    granting = f"/settings/requests/{asked_for.pk}/grant/"
    browser = browser_of(reset_officer)
    refused = browser.post(granting)
    assert (refused.status_code, NOT_YET in refused.content.decode()) == (403, True)
    code = {"step_up-wanted": "POST", "step_up-code": current_code(reset_officer)}
    assert NOT_YET in browser.post(granting, code).content.decode()
    by_script = browser.post(granting, headers={"HX-Request": "true"})
    assert by_script["HX-Redirect"].startswith("/account/confirm/")
    assert NOT_YET in browser.get("/account/confirm/").content.decode()
    asked_for.refresh_from_db()
    assert asked_for.is_open
    denied = AuditEvent.objects.filter(action="session.confirmed", outcome="denied")
    assert {event.detail["reason"] for event in denied} == {"factors were reset"}
    assert browser.get("/settings/requests/").status_code == 200
    assert "Factors reset" in browser.get("/account/factors/").content.decode()
    person = f"/settings/people/{membership_of(reset_officer, clinic).pk}/"
    page = owners_browser.get(person).content.decode()
    assert "Sensitive acts are closed to Oscar Officer until" in page


def test_after_the_day_it_opens_again(owners_browser, reset_officer):
    owners_browser.post("/settings/security/", LOOSER)
    asked_for = Countersignature.objects.get(decision="")
    with clock.at(clock.now() + timedelta(hours=24, minutes=1)):
        browser = browser_of(reset_officer)
        answer = browser.post(f"/settings/requests/{asked_for.pk}/grant/")
        assert answer.status_code == 302
        assert "Factors reset" not in browser.get("/account/factors/").content.decode()
    asked_for.refresh_from_db()
    assert asked_for.decision == "granted"


def test_one_person_alone_resets_nothing(clinic, owners_browser, marketer):
    refused = owners_browser.post(reset_url(marketer, clinic), REASON)
    assert refused.status_code == 422
    assert "Nobody else here may decide this" in refused.content.decode()
    assert owners_browser.post(reset_url(marketer, clinic), {"reason": " "}).status_code == 422
    assert held(marketer) == [0, 1, 0]


def test_nobody_grants_the_reset_of_their_own_factors(clinic, owner, owners_browser, officer):
    owners_browser.post(reset_url(officer, clinic), REASON)
    asked_for = Countersignature.objects.get(kind="factor.reset")
    with pytest.raises(RoleNotChanged, match="your own factors"):
        countersignatures.grant(asked_for.pk, actor=actor_for(officer))
    assert held(officer) == [0, 1, 0]
    asked_for.refresh_from_db()
    assert asked_for.is_open


def test_what_opens_another_workspace_too_is_not_reset(
    clinic, other_clinic, owners_browser, officer, marketer
):
    with tenant_scope(other_clinic.id):
        Membership.objects.create(user=marketer, role="owner")
    refused = owners_browser.post(reset_url(marketer, clinic), REASON)
    assert "They work in another workspace too" in refused.content.decode()
    assert not Countersignature.objects.exists()
    assert held(marketer) == [0, 1, 0]
