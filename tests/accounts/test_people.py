import re

import pytest
from django.db import IntegrityError, ProgrammingError, transaction

from accounts.models import Invitation, Membership, User
from accounts.services import people
from accounts.services.sign_in import actor_for
from audit.models import AuditEvent
from tenancy import clock
from tenancy.ids import uuid7
from tenancy.models import SystemMail
from tenancy.scope import platform_scope, tenant_scope
from tests.accounts.signing_in import (
    PASSWORD,
    browser_of,
    make_member,
    make_user,
    membership_of,
    sign_in,
    staff_browser,
)


def link_in_mail() -> str:
    return re.sub(r"^https?://[^/]+", "", SystemMail.objects.latest("created_at").context["link"])


def new_address() -> str:
    return f"ada-{uuid7().hex[-12:]}@clinic.example"


def invite(browser, email="", role="marketer"):
    email = email or new_address()
    return browser.post("/settings/people/invite/", {"email": email, "role": role})


def test_an_invitation_leads_to_an_account_a_factor_and_a_role(clinic, owners_browser):
    email = new_address()
    assert invite(owners_browser, email).url == "/settings/people/"
    newcomer = staff_browser()
    assert newcomer.get(link_in_mail()).url == "/join/"
    assert f"Olive Owner invited {email} as marketer" in (newcomer.get("/join/").content.decode())

    answer = newcomer.post("/join/", {"name": "Ada", "password": PASSWORD})

    assert answer.url == "/login/app/"
    assert newcomer.get("/settings/").url.startswith("/login/")
    member = Membership.objects.select_related("user").get(user__email=email)
    assert (member.role, member.user.name) == ("marketer", "Ada")
    assert AuditEvent.objects.get(action="user.joined", actor_kind="user").actor_name == "Ada"


def test_an_invitation_works_once(clinic, owners_browser):
    invite(owners_browser)
    link = link_in_mail()
    first, second = staff_browser(), staff_browser()
    for browser in (first, second):
        browser.get(link)
    first.post("/join/", {"name": "Ada", "password": PASSWORD})

    assert second.post("/join/", {"name": "Eve", "password": PASSWORD}).status_code == 410
    assert Membership.objects.filter(user__name="Eve").count() == 0


@pytest.mark.parametrize("spoil", ["late", "withdrawn", "altered"])
def test_a_spoiled_link_is_refused(clinic, owners_browser, spoil):
    invite(owners_browser)
    link = link_in_mail()
    invitation = Invitation.objects.get()
    now = clock.now()
    if spoil == "withdrawn":
        owners_browser.post(f"/settings/people/invitations/{invitation.pk}/revoke/")
    if spoil == "late":
        now += people.INVITATION_LASTS
    if spoil == "altered":
        link = f"{link[:-3]}{'A' if link[-3] != 'A' else 'B'}{link[-2:]}"
    with clock.at(now):
        browser = staff_browser()
        browser.get(link)
        assert browser.get("/join/").status_code == 410


def test_somebody_with_an_account_joins_with_it(clinic, other_clinic, owners_browser):
    ada = make_member(other_clinic, "analyst", "Ada")
    invite(owners_browser, ada.email, "auditor")
    browser = staff_browser()
    browser.get(link_in_mail())
    assert "Sign in to join" in browser.get("/join/").content.decode()

    sign_in(browser, ada)
    assert "Join the workspace" in browser.get("/join/").content.decode()
    browser.post("/join/")

    assert "Elm Street Clinic" in browser.get("/settings/").content.decode()
    assert membership_of(ada, clinic).role == "auditor"


def test_an_invitation_is_for_its_address_only(clinic, other_clinic, owners_browser):
    ada, eve = make_user("Ada"), make_member(other_clinic, "owner", "Eve")
    invite(owners_browser, ada.email)
    browser = browser_of(eve)
    browser.get(link_in_mail())

    assert browser.post("/join/").status_code == 410
    assert not Membership.objects.filter(user=eve).exists()


def test_a_new_role_holds_from_the_next_click(clinic, owners_browser):
    member = make_member(clinic, "admin", "Ann Admin")
    browser = browser_of(member)
    assert browser.get("/settings/people/").status_code == 200

    owners_browser.post(
        f"/settings/people/{membership_of(member, clinic).pk}/", {"role": "marketer"}
    )

    assert browser.get("/settings/people/").status_code == 403
    event = AuditEvent.objects.get(action="user.role_changed")
    assert event.detail == {"before": "admin", "after": "marketer"}


def test_a_suspension_ends_sessions_at_once(clinic, owners_browser):
    member = make_member(clinic, "admin", "Ann Admin")
    browser = browser_of(member)
    url = f"/settings/people/{membership_of(member, clinic).pk}"

    owners_browser.post(f"{url}/suspend/")

    assert browser.get("/settings/").url.startswith("/login/")
    assert "You are in no workspace" in (
        sign_in(staff_browser(), member).get("/workspaces/").content.decode()
    )
    owners_browser.post(f"{url}/restore/")
    assert browser_of(member).get("/settings/").status_code == 200


def test_a_suspension_in_one_workspace_leaves_the_other_open(clinic, other_clinic, owners_browser):
    member = make_member(clinic, "admin", "Ann Admin")
    with tenant_scope(other_clinic.id):
        Membership.objects.create(user=member, role="analyst")
    owners_browser.post(f"/settings/people/{membership_of(member, clinic).pk}/suspend/")

    assert "Harbor Dental" in browser_of(member).get("/settings/").content.decode()


def test_switches_to_another_workspace_of_the_same_person(clinic, other_clinic):
    member = make_member(clinic, "owner", "Olive")
    with tenant_scope(other_clinic.id):
        Membership.objects.create(user=member, role="analyst")
    browser = browser_of(member)
    assert "Elm Street Clinic" in browser.get("/settings/").content.decode()

    browser.post(f"/workspaces/{other_clinic.id}/")

    page = browser.get("/settings/").content.decode()
    assert "Harbor Dental" in page
    assert "Analyst" in page


def test_does_not_switch_to_a_workspace_of_others(owners_browser, other_clinic):
    assert owners_browser.post(f"/workspaces/{other_clinic.id}/").status_code == 404
    assert "Elm Street Clinic" in owners_browser.get("/settings/").content.decode()


def test_a_workspace_keeps_an_owner(clinic, owner):
    olive = membership_of(owner, clinic)
    admin = membership_of(make_member(clinic, "owner", "Second"), clinic)
    actor = actor_for(owner)
    people.suspend(admin, by=olive, actor=actor)
    with pytest.raises(people.RoleNotChanged, match="nobody can change their own"):
        people.change_role(olive, "admin", by=olive, actor=actor)
    with pytest.raises(people.RoleNotChanged, match="needs an owner"):
        people.change_role(olive, "admin", by=admin, actor=actor)
    assert membership_of(owner, clinic).role == "owner"


def test_an_administrator_makes_and_unmakes_no_owner(clinic, owner):
    admin = make_member(clinic, "admin", "Ann Admin")
    browser = browser_of(admin)
    page = browser.post(f"/settings/people/{membership_of(owner, clinic).pk}/", {"role": "auditor"})
    assert "Only an owner can do this for an owner." in page.content.decode()
    assert invite(browser, role="owner").status_code == 422
    assert membership_of(owner, clinic).role == "owner"
    assert Invitation.objects.count() == 0


def test_another_workspaces_person_is_not_found(owners_browser, other_clinic):
    stranger = membership_of(make_member(other_clinic), other_clinic)
    for path in ("", "suspend/", "restore/", "reset-factor/"):
        answer = owners_browser.post(f"/settings/people/{stranger.pk}/{path}", {"role": "owner"})
        assert answer.status_code == 404


def test_a_workspace_sees_its_own_members_only(clinic, other_clinic):
    make_member(other_clinic, name="Stranger")
    ours = make_member(clinic)
    assert list(User.objects.all()) == [ours]
    with pytest.raises(ProgrammingError, match="row-level security"):
        User.objects.filter(pk=ours.pk).update(is_operator=True)
    with platform_scope():
        assert User.objects.filter(name="Stranger").exists()


def test_database_refuses_an_unknown_role_and_a_second_membership(clinic):
    user = make_user()
    for role, constraint in (("boss", "known_role"), ("owner", "once_per_user")):
        if constraint == "once_per_user":
            Membership.objects.create(user=user, role="analyst")
        with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
            Membership.objects.create(user=user, role=role)
