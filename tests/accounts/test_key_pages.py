import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from accounts.api_keys import Scope
from accounts.models import ApiKey
from accounts.services import api_keys
from audit.models import AuditEvent
from tests.accounts.signing_in import browser_of, make_member
from tests.browser import assert_accessible

FORM = {
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
    assert api_keys.find(text).key.scopes == ["contacts.write", "events.write"]
    assert answer["Cache-Control"] == "no-store"
    listed = owners_browser.get("/settings/api-keys/").content.decode()
    assert text[:12] in listed
    assert text not in listed


def test_the_right_to_phi_is_ticked_apart(owners_browser, clinic):
    owners_browser.post("/settings/api-keys/new/", {**FORM, "sees_phi": "on"})
    assert "phi.read" in ApiKey.objects.get().scopes
    assert "Sees PHI" in owners_browser.get("/settings/api-keys/").content.decode()


@pytest.mark.parametrize("scope", Scope)
def test_a_scope_has_the_same_words_and_name_in_form_list_and_documents(
    owners_browser, clinic, scope
):
    form = owners_browser.get("/settings/api-keys/new/").content.decode()
    assert scope.label in form
    assert scope.value in re.sub("<input[^>]+>", "", form)
    owners_browser.post(
        "/settings/api-keys/new/", {**FORM, "scopes": list(GIVEN), "sees_phi": "on"}
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
    assert_accessible(page)
    page.get_by_label("System").fill("Practice system")
    page.get_by_label("Create and update contacts").check()
    page.get_by_role("button", name="Make the key").click()
    assert page.get_by_role("heading", name="Keep this key").is_visible()
    assert_accessible(page)
    page.get_by_role("link", name="I have kept it").click()
    assert_accessible(page)
