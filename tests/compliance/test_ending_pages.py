"""The pages of the end of a workspace: who may, what each state shows, and the whole way in a browser."""

from datetime import timedelta

import pytest

from accounts.models import Countersignature
from accounts.permissions import NOT_WHILE_ENDING, PERMISSIONS
from audit.models import AuditEvent
from compliance.models import Ending
from compliance.services import destruction, ending, return_work
from tenancy import clock
from tenancy.models import Tenant
from tenancy.scope import platform_scope, tenant_scope
from tests.accounts.signing_in import (
    browser_of,
    let_proof_grow_old,
    make_member,
    make_user,
)
from tests.browser import PHONE, assert_accessible
from tests.factories.compliance import OPERATOR, OWNER, agreement_in_force
from tests.factories.contacts import make_contact
from tests.integrations.client import make_system

URL = "/settings/ending/"
WHY = "We close the practice"


def freeze(clinic):
    asked = Ending(asker_kind="user", asked_by=OWNER.id, asked_by_name=OWNER.name, reason=WHY)
    return ending.decide(asked, decided_by=OPERATOR)


def status_of(clinic):
    return Tenant.objects.get(pk=clinic.pk).status


def test_an_owner_asks_and_an_officer_decides(clinic, owner, officer):
    asked = owner.post(URL + "ask/", {"typed_name": clinic.name, "reason": WHY})
    assert asked.status_code == 302
    assert "A second person is asked." in owner.get(URL).content.decode()
    request = Countersignature.objects.get()
    granted = officer.post(f"/settings/requests/{request.pk}/grant/")
    assert granted.status_code == 302
    assert status_of(clinic) == "ending"
    assert "This workspace is ending." in owner.get("/settings/").content.decode()


def test_a_wrong_name_is_told_and_asks_nobody(clinic, owner, officer):
    answer = owner.post(URL + "ask/", {"typed_name": "Elm", "reason": WHY})
    assert answer.status_code == 422
    assert "exactly as it is written" in answer.content.decode()
    assert not Countersignature.objects.exists()


@pytest.mark.parametrize("role", ["admin", "marketer", "analyst", "compliance_officer", "auditor"])
def test_only_an_owner_asks(clinic, role):
    browser = browser_of(make_member(clinic, role))
    answer = browser.post(URL + "ask/", {"typed_name": clinic.name, "reason": WHY})
    assert answer.status_code == 403
    assert not Countersignature.objects.exists()
    assert not Ending.objects.exists()


def test_it_wants_a_fresh_proof_of_who_asks(clinic, officer):
    olive = make_member(clinic, "owner", "Olive Owner")
    browser = browser_of(olive)
    let_proof_grow_old(olive)
    browser.post(URL + "ask/", {"typed_name": clinic.name, "reason": WHY})
    assert not Countersignature.objects.exists()


def test_what_a_frozen_workspace_refuses_is_refused_to_everybody_with_the_reason(
    clinic, owner, marketer
):
    agreement_in_force()
    freeze(clinic)
    for browser in (owner, marketer):
        answer = browser.get("/contacts/new/")
        assert answer.status_code == 403
        assert "This workspace is ending." in answer.content.decode()
        assert browser.get("/contacts/").status_code == 200
    denial = AuditEvent.objects.filter(action="contacts.edit", outcome="denied").first()
    assert denial.facts["reason"] == "workspace ending"
    assert owner.get("/compliance/audit/").status_code == 200


def test_what_ends_with_the_freeze_is_known():
    assert PERMISSIONS.keys() > NOT_WHILE_ENDING
    changing = {name for name in PERMISSIONS if name.endswith((".edit", ".send", ".submit"))}
    # Closing accounts, holding, suppressing and watching go on until the end.
    assert changing - NOT_WHILE_ENDING == {
        "audit.edit", "policy.edit", "suppressions.edit", "users.edit",
    }  # fmt: skip


def test_systems_are_refused_with_a_clear_problem(clinic):
    agreement_in_force()
    system = make_system()
    before = system.get(f"/contacts/{clinic.pk}")
    freeze(clinic)
    after = system.get(f"/contacts/{clinic.pk}")
    assert before.status_code == 404
    assert (after.status_code, after.json()["code"]) == (403, "workspace_ending")
    assert "This workspace is ending." in after.json()["detail"]


def test_the_operator_is_the_second_person_of_one_who_is_alone(clinic, owner, operator):
    owner.post(URL + "ask/", {"typed_name": clinic.name, "reason": WHY})
    assert "The operator of the platform is asked." in owner.get(URL).content.decode()
    with platform_scope():
        assert clinic.name in operator.get("/operator/endings/").content.decode()
        page = operator.get(f"/operator/endings/{clinic.pk}/").content.decode()
        assert WHY not in page
        assert operator.post(f"/operator/endings/{clinic.pk}/allow/").status_code == 302
    assert status_of(clinic) == "ending"


def test_nobody_else_opens_the_operators_pages(clinic, owner):
    for path in ("", "ask/", "allow/", "undo/", "postpone/"):
        url = f"/operator/endings/{clinic.pk}/{path}"
        answer = owner.post(url) if path else owner.get(url)
        assert answer.status_code == 403
    assert owner.get(f"/operator/endings/{clinic.pk}/certificate.json").status_code == 403


def test_after_the_end_nobody_signs_in_and_the_operator_has_the_certificate(
    clinic, owner, operator
):
    made = freeze(clinic)
    with platform_scope(), clock.at(made.destroy_at):
        destruction.work_on(clinic.pk)
    assert owner.get(URL).status_code == 302
    with platform_scope():
        page = operator.get(f"/operator/endings/{clinic.pk}/")
        assert "Certificate of destruction" in page.content.decode()
        file = operator.get(f"/operator/endings/{clinic.pk}/certificate.json")
    assert file.json()["certificate"]["workspace"]["id"] == str(clinic.pk)


def looks_sound(page):
    assert_accessible(page)
    page.set_viewport_size(PHONE)
    assert_accessible(page)
    page.set_viewport_size({"width": 320, "height": 720})
    assert_accessible(page)
    page.set_viewport_size({"width": 1280, "height": 900})


@pytest.mark.browser
def test_the_whole_way_through_the_pages(open_as, clinic):
    olive = make_member(clinic, "owner", "Olive Owner")
    cora = make_member(clinic, "compliance_officer", "Cora Officer")
    make_contact(external_id="EV-1", given_name="Ada")
    page = open_as(olive, URL)
    looks_sound(page)
    page.get_by_label("Name of this workspace").fill(clinic.name)
    page.get_by_label("Why").fill(WHY)
    page.get_by_role("button", name="Ask to end this workspace").click()
    page.get_by_text("A second person is asked.", exact=True).first.wait_for()
    looks_sound(page)

    second = open_as(cora, f"/settings/requests/{Countersignature.objects.get().pk}/")
    second.get_by_role("button", name="Grant it").click()
    second.get_by_text("Granted. It is done.").first.wait_for()
    ending.stop()

    page.reload()
    page.get_by_role("heading", name="Your data").wait_for()
    looks_sound(page)
    page.get_by_role("button", name="Write the file").click()
    page.get_by_text("Being written.", exact=True).wait_for()
    looks_sound(page)
    return_work.work()
    page.get_by_role("button", name="Take the file, once").wait_for()  # nobody reloaded
    looks_sound(page)
    page.get_by_role("button", name="Show the password, once").click()
    page.get_by_role("heading", name="Password of the file").wait_for()
    looks_sound(page)
    page.get_by_role("link", name="I have kept it").click()
    with page.expect_download() as taken:
        page.get_by_role("button", name="Take the file, once").click()
    assert taken.value.suggested_filename.startswith("workspace-")

    page.goto(page.url)
    page.get_by_role("button", name="Do not end it").click()
    page.get_by_label("Why").fill("We stay")
    page.get_by_role("button", name="Keep it").click()
    page.get_by_role("button", name="Ask to end this workspace").wait_for()
    assert status_of(clinic) == "active"


@pytest.mark.browser
def test_the_operators_pages_stand_up(open_as, clinic):
    operator = make_user("Pat Platform", is_operator=True)
    page = open_as(operator, f"/operator/endings/{clinic.pk}/")
    looks_sound(page)
    page.get_by_label("Why").fill(WHY)
    page.get_by_role("button", name="End this workspace").click()
    page.get_by_text("You asked for this.").wait_for()
    looks_sound(page)
    other = open_as(make_user("Olga Operator", is_operator=True), "/operator/endings/")
    looks_sound(other)
    other.get_by_role("link", name=clinic.name).first.click()
    other.get_by_role("button", name="Let it end").click()
    other.get_by_role("button", name="Put it off").wait_for()
    looks_sound(other)
    other.get_by_role("button", name="Do not end it").click()
    other.get_by_label("Why", exact=True).fill("A mistake")
    other.get_by_role("button", name="Open it again").click()
    other.get_by_role("button", name="End this workspace").wait_for()
    assert status_of(clinic) == "active"
    freeze(clinic)
    with tenant_scope(clinic.pk):
        due_at = Ending.objects.get(closed_at=None).destroy_at
    with platform_scope(), clock.at(due_at + timedelta(seconds=1)):
        destruction.work_on(clinic.pk)
    other.reload()
    other.get_by_role("heading", name="Certificate of destruction").wait_for()
    looks_sound(other)
    other.get_by_role("link", name="Its log").click()
    other.get_by_role("heading", name=f"Log of {clinic.name}").wait_for()
    looks_sound(other)
    with other.expect_download() as taken:
        other.get_by_role("button", name="Take evidence").click()
    assert taken.value.suggested_filename == f"evidence-{clinic.pk}.zip"
