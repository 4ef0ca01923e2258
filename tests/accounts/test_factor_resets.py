"""Somebody lost every factor: one person asks for a reset, another grants it, a mail tells the person."""

import pytest

from accounts.models import Countersignature, Membership, Passkey, RecoveryCode, TotpDevice
from accounts.services import countersignatures, factors
from accounts.services.people import RoleNotChanged
from accounts.services.sign_in import actor_for
from audit.models import AuditEvent
from tenancy.models import SystemMail
from tenancy.scope import platform_scope, tenant_scope
from tests.accounts.authenticator import Authenticator
from tests.accounts.signing_in import (
    PASSWORD,
    browser_of,
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


def test_two_people_reset_what_the_third_sets_up_anew(clinic, owners_browser, officer, marketer):
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
