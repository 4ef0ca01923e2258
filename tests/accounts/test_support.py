"""The platform's support sees a workspace through its own window only: masked, named and recorded."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from accounts.models import SupportGrant
from accounts.permissions import FOR_SUPPORT
from accounts.services import support as services
from accounts.services.sign_in import actor_for
from audit.models import AuditEvent
from tenancy import clock
from tests.accounts.signing_in import browser_of, make_member, make_user
from tests.factories.contacts import make_contact

URL = "/settings/support/"


@pytest.fixture
def otto():
    return make_user("Otto Operator", is_operator=True)


def look(browser, clinic):
    return browser.post(f"/operator/{clinic.pk}/look/").url


def test_support_comes_in_only_while_a_window_is_open(clinic, other_clinic, owner, otto):
    browser = browser_of(otto)
    assert look(browser, clinic) == "/operator/"
    assert browser.get("/contacts/").status_code == 403
    denied = AuditEvent.objects.get(action="support.entered")
    assert (denied.outcome, denied.actor_kind) == ("denied", "operator")

    owners = browser_of(owner)
    assert owners.post(f"{URL}open/", {"ticket": "T-1042", "hours": "4"}).status_code == 302
    assert "Support access is open" in owners.get("/settings/").content.decode()
    assert "Look in" in browser.get("/operator/").content.decode()
    assert look(browser, other_clinic) == "/operator/"
    assert look(browser, clinic) == "/"
    page = browser.get("/contacts/").content.decode()
    assert "You look at Elm Street Clinic until" in page

    owners.post(f"{URL}close/")
    assert browser.get("/contacts/").status_code == 403
    assert look(browser, clinic) == "/operator/"


def test_an_operator_starts_at_the_workspaces_and_support_at_its_home(clinic, owner, otto):
    browser = browser_of(otto)
    answer = browser.get("/")
    assert (answer.status_code, answer.url) == (302, "/operator/")
    assert not AuditEvent.objects.filter(outcome="denied").exists()
    services.open_window(ticket="T-1", hours=1, actor=actor_for(owner))
    look(browser, clinic)
    assert browser.get("/").status_code == 200


def test_the_window_closes_by_itself(clinic, owner, otto):
    start = clock.now()
    with clock.at(start):
        services.open_window(ticket="T-1", hours=1, actor=actor_for(owner))
        browser = browser_of(otto)
        look(browser, clinic)
    with clock.at(start + timedelta(minutes=14)):
        assert browser.get("/contacts/").status_code == 200
    for minutes in (28, 42, 56):
        with clock.at(start + timedelta(minutes=minutes)):
            browser.get("/contacts/")
    with clock.at(start + timedelta(minutes=61)):
        assert browser.get("/contacts/").status_code == 403


def test_support_sees_masks_and_changes_nothing(clinic, owner, otto):
    person = make_contact(given_name="Quentin", family_name="Quennell")
    services.open_window(ticket="T-1", hours=4, actor=actor_for(owner))
    browser = browser_of(otto)
    look(browser, clinic)

    for path in ("/", "/contacts/", f"/contacts/{person.pk}/"):
        answer = browser.get(path)
        assert answer.status_code == 200, path
        assert "Quennell" not in answer.content.decode()
    assert browser.post(f"/contacts/{person.pk}/reveal/", {"reason": "care"}).status_code == 403
    for path in ("/settings/people/", "/compliance/audit/", "/settings/api-keys/", URL):
        assert browser.get(path).status_code in (403, 404), path
    assert [name for name in FOR_SUPPORT if not name.endswith(".view")] == []


def test_each_look_is_in_the_workspaces_own_log_under_supports_own_name(clinic, owner, otto):
    services.open_window(ticket="T-1042", hours=4, actor=actor_for(owner))
    browser = browser_of(otto)
    look(browser, clinic)
    browser.get("/contacts/")
    entered = AuditEvent.objects.get(action="support.entered")
    assert (entered.actor_name, entered.detail) == ("Otto Operator", {"ticket": "T-1042"})
    looked = AuditEvent.objects.get(action="support.looked")
    assert (looked.actor_kind, looked.detail) == ("operator", {"page": "contacts:list"})
    browser.post("/operator/leave/")
    assert browser.get("/contacts/").status_code == 403


@pytest.mark.parametrize(("ticket", "hours"), [("", 4), ("T-1", 5), ("T-1", 0)])
def test_no_window_without_a_ticket_or_for_longer(clinic, owner, ticket, hours):
    with pytest.raises(services.NotOpened):
        services.open_window(ticket=ticket, hours=hours, actor=actor_for(owner))
    assert SupportGrant.objects.count() == 0


def test_the_database_refuses_that_too(clinic, owner):
    grant = services.open_window(ticket="T-1", hours=4, actor=actor_for(owner))
    with pytest.raises(IntegrityError, match="four_hours_at_most"), transaction.atomic():
        SupportGrant.objects.update(ends_at=grant.opened_at + timedelta(hours=5))


@pytest.mark.parametrize("role", ["marketer", "analyst", "compliance_officer", "auditor"])
def test_only_owner_and_administrator_open_it(clinic, role):
    browser = browser_of(make_member(clinic, role, "Somebody"))
    assert browser.post(f"{URL}open/", {"ticket": "T-1", "hours": "1"}).status_code == 403
    assert SupportGrant.objects.count() == 0
