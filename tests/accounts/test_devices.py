"""Where somebody is signed in: seen, ended from elsewhere, five at most."""

from datetime import timedelta

import pytest
from django.conf import settings

from accounts import browsers
from accounts.models import SecuritySettings, Session
from accounts.services import devices
from audit.models import AuditEvent
from tenancy import clock
from tenancy.models import Tenant
from tenancy.scope import platform_scope, tenant_scope
from tests.accounts.signing_in import browser_of, make_member, membership_of, sign_in, staff_browser

FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"
CHROME = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0.0.0 Safari/537.36"
EDGE = f"{CHROME} Edg/140.0"
SAFARI = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605 Safari/604.1"
NAME = settings.SESSION_COOKIE_NAME


def is_out(browser) -> bool:
    return browser.get("/account/").headers.get("Location", "").startswith("/login/")


def words_at_the_door(browser) -> str:
    return browser.get("/login/").content.decode()


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (FIREFOX, "Firefox on Windows"),
        (CHROME, "Chrome on Linux"),
        (EDGE, "Edge on Linux"),
        (SAFARI, "Safari on iPhone"),
        ("Lynx/2", "Another browser"),
        ("", "Another browser"),
    ],
)
def test_tells_devices_apart_and_no_more(agent, words):
    assert browsers.described(agent) == words


def test_lists_browsers_with_their_network_and_marks_this_one(owner):
    here = browser_of(owner)
    there = staff_browser()
    there.defaults.update({"HTTP_USER_AGENT": FIREFOX, "REMOTE_ADDR": "203.0.113.77"})
    sign_in(there, owner)

    page = here.get("/account/devices/").content.decode()

    assert "Firefox on Windows" in page
    assert "203.0.113.0/24" in page
    assert "203.0.113.77" not in page
    with platform_scope():
        session = Session.objects.get(user=owner, browser="Firefox on Windows")
    assert [one.is_this for one in devices.of_person(owner, this=session.pk)] == [True, False]


def test_a_browser_ended_from_elsewhere_is_out_at_its_next_click_and_told_why(owner):
    here, there = browser_of(owner), browser_of(owner)
    with platform_scope():
        _, newest = Session.objects.filter(user=owner).order_by("created_at")
    assert here.post(f"/account/devices/{newest.pk}/end/").status_code == 302

    assert is_out(there)
    assert "You signed this browser out from another device." in words_at_the_door(there)
    assert not is_out(here)
    with platform_scope():
        assert AuditEvent.objects.filter(action="session.ended_remotely", object_id=newest.pk)
    assert here.post(f"/account/devices/{newest.pk}/end/").status_code == 404


def test_ends_all_others_but_never_somebody_elses(clinic, owner):
    here, there = browser_of(owner), browser_of(owner)
    user = make_member(clinic, "marketer", "Mara")
    mara = browser_of(user)
    with platform_scope():
        hers = Session.objects.get(user=user)
    assert here.post(f"/account/devices/{hers.pk}/end/").status_code == 404

    here.post("/account/devices/end-others/")

    assert [is_out(browser) for browser in (here, there, mara)] == [False, True, False]


def test_a_sixth_session_ends_the_oldest_and_both_are_told(owner):
    first = browser_of(owner)
    others = [browser_of(owner) for _ in range(4)]
    assert not is_out(first)
    sixth = browser_of(owner)

    assert "You were signed in five times" in sixth.get("/account/").content.decode()
    assert is_out(first)
    assert "five at a time is the limit" in words_at_the_door(first)
    assert [is_out(browser) for browser in others] == [False] * 4


def test_an_administrator_ends_sessions_in_this_workspace_only(clinic, other_clinic, owner):
    mara = make_member(clinic, "marketer", "Mara")
    with tenant_scope(other_clinic.id):
        membership_elsewhere(mara)
    here, elsewhere = browser_of(mara), browser_of(mara)
    elsewhere.post(f"/workspaces/{other_clinic.id}/")

    member = membership_of(mara, clinic)
    browser_of(owner).post(f"/settings/people/{member.pk}/end-sessions/")

    assert [is_out(here), is_out(elsewhere)] == [True, False]
    event = AuditEvent.objects.get(action="session.ended_by_workspace")
    assert (event.actor_name, event.detail) == ("Olive Owner", {"sessions": 1})


def membership_elsewhere(user):
    from accounts.models import Membership

    return Membership.objects.create(user=user, role="analyst")


@pytest.mark.parametrize(("minutes", "stays"), [(19, True), (21, False)])
def test_the_workspace_sets_how_long_somebody_may_be_away(owner, owners_browser, minutes, stays):
    SecuritySettings.objects.create(idle_minutes=20)
    with clock.at(clock.now() + timedelta(minutes=minutes)):
        assert is_out(owners_browser) is not stays
        if not stays:
            assert "You were away" in words_at_the_door(owners_browser)


def test_a_shorter_limit_holds_for_sessions_that_are_open(owners_browser):
    SecuritySettings.objects.create(absolute_hours=1, idle_minutes=60)
    start = clock.now()
    for minutes in (30, 59):
        with clock.at(start + timedelta(minutes=minutes)):
            assert not is_out(owners_browser)
    with clock.at(start + timedelta(minutes=61)):
        assert is_out(owners_browser)


def test_the_key_changes_with_the_role_and_with_the_workspace(clinic, other_clinic, owner):
    mara = make_member(clinic, "marketer", "Mara")
    with tenant_scope(other_clinic.id):
        membership_elsewhere(mara)
    browser = browser_of(mara)
    browser.get("/account/")
    keys = [browser.cookies[NAME].value]
    url = f"/settings/people/{membership_of(mara, clinic).pk}/"
    browser_of(owner).post(url, {"role": "analyst"})
    browser.get("/account/")
    keys.append(browser.cookies[NAME].value)
    browser.post(f"/workspaces/{other_clinic.id}/")
    keys.append(browser.cookies[NAME].value)

    assert len(set(keys)) == 3
    thief = staff_browser()
    for old in keys[:2]:
        thief.cookies[NAME] = old
        assert is_out(thief)
    assert not is_out(browser)


def test_a_suspended_workspace_is_closed_at_once(clinic, owners_browser):
    with platform_scope():
        Tenant.objects.filter(pk=clinic.pk).update(status="suspended")
    assert is_out(owners_browser)
