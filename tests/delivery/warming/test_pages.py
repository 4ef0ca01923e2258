"""Where a warm-up stands, and who changes it."""

from datetime import timedelta

import pytest

from audit.models import AuditEvent
from delivery.models import WarmUp, WarmUpPlan
from delivery.warming import keeping
from tenancy import clock
from tenancy.scope import platform_scope
from tests.accounts.signing_in import browser_of, make_member, make_user
from tests.browser import assert_accessible
from tests.delivery.reports.reading import page
from tests.delivery.sending import due
from tests.factories.compliance import verified_domain

LIVE = {"HX-Request": "true"}


@pytest.fixture
def domain(clinic):
    domain = verified_domain()
    plan = WarmUpPlan.objects.create(name=domain.domain)
    row = {"day": keeping.today(), "days": 4, "cap": 337, "taken": 62, "accepted": 60}
    WarmUp.objects.create(plan=plan, lane="google", deferred=2, **row)
    WarmUp.objects.create(plan=plan, lane="yahoo", deferred=20, **row)
    return domain


@pytest.fixture
def owner(clinic):
    return browser_of(make_member(clinic, "owner"))


def test_the_domain_shows_how_far_each_operator_has_got(owner, domain):
    shown = page(owner.get(f"/settings/domains/{domain.id}/warm-up/"))
    assert "Google (Gmail, Workspace) Warming up 4 62 of 337 2" in shown
    assert "Yahoo and AOL Not liked today 4 62 of 337 20" in shown
    part = owner.get(f"/settings/domains/{domain.id}/warm-up/", headers=LIVE)
    assert b"<html" not in part.content
    assert (
        f"/settings/domains/{domain.id}/warm-up/"
        in owner.get(f"/settings/domains/{domain.id}/").content.decode()
    )


def test_the_lanes_of_a_workspace_show_the_days_and_deferrals_of_its_senders(clinic, domain):
    shown = page(browser_of(make_member(clinic, "analyst")).get("/reports/lanes/"))
    assert f"Warm-up of {domain.domain}" in shown
    assert "Google (Gmail, Workspace) Warming up 4 62 of 337 2" in shown


def test_switching_off_wants_a_reason_and_lets_go_what_waits(owner, domain):
    waiting = due("ada", reason="warming_up", due_at=clock.now() + timedelta(days=2))
    where = f"/settings/domains/{domain.id}/warm-up/"
    owner.post(f"{where}off/", {"reason": " "})
    assert WarmUpPlan.objects.get().off_since is None
    assert not AuditEvent.objects.filter(action="warm_up.switched_off").exists()
    owner.post(f"{where}off/", {"reason": "Moved from another service"})
    event = AuditEvent.objects.get(action="warm_up.switched_off")
    assert event.detail["reason"] == "Moved from another service"
    waiting.refresh_from_db()
    assert waiting.due_at < clock.now()
    assert "Switched off" in page(owner.get(where))
    owner.post(f"{where}on/")
    assert WarmUpPlan.objects.get().off_since is None


def test_a_plan_begins_carefully_or_not_at_all(owner, domain):
    where = f"/settings/domains/{domain.id}/warm-up/start/"
    owner.post(where, {"start": "301"})
    assert WarmUpPlan.objects.get().start == 100
    owner.post(where, {"start": "300"})
    assert WarmUpPlan.objects.get().start == 300
    assert AuditEvent.objects.filter(action="warm_up.start_changed").count() == 1


def test_who_may_only_look_changes_nothing(clinic, domain):
    auditor = browser_of(make_member(clinic, "auditor"))
    assert auditor.get(f"/settings/domains/{domain.id}/warm-up/").status_code == 200
    assert (
        auditor.post(f"/settings/domains/{domain.id}/warm-up/off/", {"reason": "x"}).status_code
        == 403
    )
    assert WarmUpPlan.objects.get().off_since is None


@pytest.fixture
def address(clinic):
    with platform_scope():
        plan = WarmUpPlan.objects.create(name=f"{clinic.id.hex}.example")
        WarmUp.objects.create(plan=plan, lane="google", day=keeping.today(), cap=150, taken=7)
        return plan


def test_the_platforms_staff_see_and_change_the_plans_of_addresses(clinic, address):
    operator = browser_of(make_user("Pat Platform", is_operator=True))
    where = f"/operator/lanes/{address.id}"
    assert "Google (Gmail, Workspace) Warming up 1 7 of 150 0" in page(
        operator.get("/operator/lanes/warm-up/")
    )
    operator.post(f"{where}/start/", {"start": "50"})
    operator.post(f"{where}/off/", {"reason": "It has sent for years"})
    with platform_scope():
        address.refresh_from_db()
    assert (address.start, address.off_since is None) == (50, False)
    operator.post(f"{where}/on/")
    with platform_scope():
        address.refresh_from_db()
    assert address.off_since is None
    owner = browser_of(make_member(clinic, "owner"))
    assert owner.post(f"{where}/off/", {"reason": "x"}).status_code in {403, 404}


@pytest.mark.browser
def test_pages_are_accessible_in_either_theme_and_on_a_phone(clinic, domain, address, open_as):
    owner = make_member(clinic, "owner")
    for path in (
        f"/settings/domains/{domain.id}/warm-up/",
        f"/settings/domains/{domain.id}/",
        "/reports/lanes/",
    ):
        assert_accessible(open_as(owner, path))
    operator = make_user("Pat Platform", is_operator=True)
    assert_accessible(open_as(operator, "/operator/lanes/warm-up/"))
