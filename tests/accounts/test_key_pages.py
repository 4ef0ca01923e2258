import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from accounts.api_keys import Scope
from accounts.models import ApiKey, Countersignature
from accounts.services import api_keys
from accounts.services.sign_in import actor_for
from audit.models import AuditEvent
from tests.accounts.signing_in import browser_of, make_member
from tests.browser import assert_accessible

FORM = {
    "way": "key",
    "name": "Practice system",
    "scopes": ["contacts.write", "events.write"],
    "last_day": (timezone.now() + timedelta(days=30)).date().isoformat(),
}

GIVEN = [scope.value for scope in Scope if scope != Scope.PHI_READ]
DOCUMENTS = Path(__file__).parents[2] / "docs/api.md"


def test_shows_a_new_key_once(owners_browser, clinic):
    answer = owners_browser.post("/settings/api-keys/new/", FORM)
    page = answer.content.decode()
    text = re.search(r"sk_live_[\w-]{49}", page).group()
    assert api_keys.find(text, address="203.0.113.9").key.scopes == [
        "contacts.write",
        "events.write",
    ]
    assert answer["Cache-Control"] == "no-store"
    listed = owners_browser.get("/settings/api-keys/").content.decode()
    assert text[:12] in listed
    assert text not in listed


def test_the_right_to_phi_is_asked_of_a_compliance_officer(owners_browser, clinic):
    form = {**FORM, "sees_phi": "on", "reason": "It prints letters."}
    answer = owners_browser.post("/settings/api-keys/new/", form)
    assert "Nobody else here may decide this" in answer.content.decode()
    assert not ApiKey.objects.exists()

    officer = make_member(clinic, "compliance_officer", "Cora Officer")
    page = owners_browser.post("/settings/api-keys/new/", form).content.decode()
    text = re.search(r"sk_live_[\w-]{49}", page).group()
    assert ApiKey.objects.get().scopes == ["contacts.write", "events.write", "phi.read"]
    listed = owners_browser.get("/settings/api-keys/").content.decode()
    assert "Sees PHI" in listed
    assert "Waits to be allowed" in listed
    with pytest.raises(api_keys.KeyRefused):
        api_keys.find(text, address="203.0.113.9")

    asked = Countersignature.objects.get()
    browser_of(officer).post(f"/settings/requests/{asked.pk}/grant/")
    assert api_keys.find(text, address="203.0.113.9").key.allowed_by == "Cora Officer"
    assert AuditEvent.objects.get(action="api_key.allowed").actor_name == "Cora Officer"


def test_who_made_a_key_does_not_allow_it(owners_browser, clinic):
    make_member(clinic, "compliance_officer", "Cora Officer")
    form = {**FORM, "sees_phi": "on", "reason": "It prints letters."}
    owners_browser.post("/settings/api-keys/new/", form)
    asked = Countersignature.objects.get()
    for browser in (owners_browser, browser_of(make_member(clinic, "admin", "Adam Admin"))):
        answer = browser.post(f"/settings/requests/{asked.pk}/grant/")
        assert answer.status_code in (404, 422)
    assert not ApiKey.objects.get().is_allowed


def test_an_ended_key_asks_nobody_any_more(owners_browser, owner, clinic):
    officer = make_member(clinic, "compliance_officer", "Cora Officer")
    owners_browser.post("/settings/api-keys/new/", {**FORM, "sees_phi": "on", "reason": "Letters"})
    api_keys.revoke(ApiKey.objects.get(), actor=actor_for(owner))
    asked = Countersignature.objects.get()
    assert asked.decision == "withdrawn"
    answer = browser_of(officer).post(f"/settings/requests/{asked.pk}/grant/")
    assert "was answered, taken back or has expired" in answer.content.decode()
    assert not ApiKey.objects.get().is_allowed
    assert AuditEvent.objects.filter(action="api_key.revoked").count() == 1


def test_an_expired_key_is_not_allowed_any_more(owners_browser, clinic):
    officer = make_member(clinic, "compliance_officer", "Cora Officer")
    owners_browser.post("/settings/api-keys/new/", {**FORM, "sees_phi": "on", "reason": "Letters"})
    ApiKey.objects.update(expires_at=timezone.now())
    asked = Countersignature.objects.get()
    answer = browser_of(officer).post(f"/settings/requests/{asked.pk}/grant/")
    assert "There is nothing left to allow" in answer.content.decode()
    assert not ApiKey.objects.get().is_allowed


def test_a_key_that_was_refused_ends(owners_browser, clinic):
    officer = make_member(clinic, "compliance_officer", "Cora Officer")
    owners_browser.post("/settings/api-keys/new/", {**FORM, "sees_phi": "on", "reason": "Letters"})
    asked = Countersignature.objects.get()
    answer = browser_of(officer).post(
        f"/settings/requests/{asked.pk}/refuse/", {"reason": "Too much"}
    )
    assert answer.status_code == 302
    assert ApiKey.objects.get().revoked_at is not None
    assert AuditEvent.objects.get(action="api_key.revoked").actor_name == "Cora Officer"


def test_networks_are_read_line_by_line_and_a_mistake_offers_its_fix(owners_browser, clinic):
    owners_browser.post("/settings/api-keys/new/", FORM)
    key = ApiKey.objects.get()
    url = f"/settings/api-keys/{key.pk}/"
    answer = owners_browser.post(f"{url}networks/", {"networks": "10.4.1.7/23"})
    assert answer.status_code == 422
    assert "Did you mean 10.4.0.0/23?" in answer.content.decode()
    owners_browser.post(f"{url}networks/", {"networks": "10.4.0.0/23\n\n2001:db8::7\n10.4.0.0/23"})
    key.refresh_from_db()
    assert [str(network) for network in key.networks] == ["10.4.0.0/23", "2001:db8::7/128"]
    assert "2001:db8::7/128" in owners_browser.get(url).content.decode()
    event = AuditEvent.objects.get(action="api_key.networks_changed")
    assert event.detail == {"was": [], "networks": ["10.4.0.0/23", "2001:db8::7/128"]}


def test_shows_a_new_secret_once_and_until_when_the_old_one_works(owners_browser, clinic):
    old = re.search(
        r"sk_live_[\w-]{49}", owners_browser.post("/settings/api-keys/new/", FORM).content.decode()
    ).group()
    url = f"/settings/api-keys/{ApiKey.objects.get().pk}/"
    page = owners_browser.post(f"{url}secret/", {"overlap": "day"}).content.decode()
    new = re.search(r"sk_live_[\w-]{49}", page).group()
    assert f"{old[:12]}…" in page
    shown = owners_browser.get(url).content.decode()
    assert f"{old[:12]}…" in shown
    assert f"{new[:12]}…" in shown
    assert new not in shown
    assert owners_browser.post(f"{url}secret/", {"overlap": "day"}).status_code == 422
    owners_browser.post(f"{url}old-secret/end/")
    with pytest.raises(api_keys.KeyRefused):
        api_keys.find(old, address="203.0.113.9")
    assert api_keys.find(new, address="203.0.113.9").key.hint == new[:12]


def test_an_auditor_looks_at_keys_and_changes_none(owners_browser, clinic):
    owners_browser.post("/settings/api-keys/new/", FORM)
    url = f"/settings/api-keys/{ApiKey.objects.get().pk}/"
    auditor = browser_of(make_member(clinic, "auditor"))
    page = auditor.get(url).content.decode()
    assert "Practice system" in page
    assert "New secret" not in page
    assert auditor.post(f"{url}secret/", {"overlap": "now"}).status_code == 403
    assert ApiKey.objects.get().rotated_at is None


@pytest.mark.parametrize("scope", Scope)
def test_a_scope_has_the_same_words_and_name_in_form_list_and_documents(
    owners_browser, clinic, scope
):
    make_member(clinic, "compliance_officer", "Cora Officer")
    form = owners_browser.get("/settings/api-keys/new/").content.decode()
    assert scope.label in form
    assert scope.value in re.sub("<input[^>]+>", "", form)
    owners_browser.post(
        "/settings/api-keys/new/",
        {**FORM, "scopes": list(GIVEN), "sees_phi": "on", "reason": "It prints letters."},
    )
    listed = owners_browser.get("/settings/api-keys/").content.decode()
    assert f"{scope.label} <code>{scope.value}</code>" in listed
    assert f"| `{scope.value}` | {scope.label} |" in DOCUMENTS.read_text()


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"scopes": []}, "Choose at least one thing that the key may do."),
        ({"last_day": "2020-01-01"}, "Choose a last day within a year from now."),
    ],
)
def test_refuses_a_key_without_use_or_end(owners_browser, clinic, change, sentence):
    answer = owners_browser.post("/settings/api-keys/new/", {**FORM, **change})
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert not ApiKey.objects.exists()


def test_ends_a_key(owners_browser, clinic):
    owners_browser.post("/settings/api-keys/new/", FORM)
    key = ApiKey.objects.get()
    owners_browser.post(f"/settings/api-keys/{key.pk}/revoke/")
    assert not ApiKey.objects.get().is_usable
    assert AuditEvent.objects.filter(action="api_key.revoked").count() == 1


def test_a_marketer_makes_no_keys(clinic, marketer):
    assert browser_of(marketer).get("/settings/api-keys/").status_code == 403


def test_another_workspaces_key_is_not_found(owners_browser, clinic, other_clinic):
    owners_browser.post("/settings/api-keys/new/", FORM)
    key = ApiKey.objects.get()
    stranger = browser_of(make_member(other_clinic, "owner"))
    assert stranger.post(f"/settings/api-keys/{key.pk}/revoke/").status_code == 404
    assert ApiKey.objects.get().is_usable


@pytest.mark.browser
def test_the_pages_stand(open_as, owner):
    page = open_as(owner, "/settings/api-keys/")
    assert_accessible(page)
    page.get_by_role("link", name="New key").click()
    page.get_by_label("System").wait_for()
    assert_accessible(page)
    page.get_by_label("System").fill("Practice system")
    page.get_by_label("Create and update contacts").check()
    page.get_by_role("button", name="Make the key").click()
    page.get_by_role("heading", name="Keep this key").wait_for()
    assert_accessible(page)
    page.get_by_role("link", name="I have kept it").click()
    page.get_by_role("heading", name="New secret").wait_for()
    assert_accessible(page)
