"""Sight of PHI in an emergency: an hour at most, told at once, looked at by somebody else."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from accounts import tasks
from accounts.models import EmergencyAccess
from accounts.permissions import FOR_EMERGENCIES, PERMISSIONS, role_may
from accounts.services import emergencies as services
from accounts.services.sign_in import actor_for
from audit.models import AuditEvent
from tenancy import clock
from tenancy.models import SystemMail
from tenancy.scope import platform_scope
from tests.accounts.signing_in import browser_of, make_member, membership_of
from tests.factories.contacts import make_contact

URL = "/settings/emergency/"


@pytest.fixture
def officer(clinic):
    return make_member(clinic, "compliance_officer", "Cora Officer")


@pytest.fixture
def ann(clinic, owner, officer):
    return make_member(clinic, "admin", "Ann Admin")


def take(user, clinic, minutes=60):
    return services.take(
        reason="The officer is ill and a patient calls",
        minutes=minutes,
        by=membership_of(user, clinic),
        actor=actor_for(user),
    )


def test_an_administrator_sees_phi_for_an_hour_and_every_page_says_so(clinic, ann):
    person = make_contact(given_name="Quentin", family_name="Quennell")
    reveal = f"/contacts/{person.pk}/reveal/"
    browser = browser_of(ann)
    assert browser.post(reveal, {"reason": "care"}).status_code == 403

    assert (
        browser.post(f"{URL}take/", {"reason": "A patient calls", "minutes": "60"}).status_code
        == 302
    )

    assert browser.post(reveal, {"reason": "care"}).status_code != 403
    for path in ("/settings/", "/contacts/", "/account/"):
        assert "<b>Emergency access.</b>" in browser.get(path).content.decode()
    with clock.at(clock.now() + timedelta(minutes=14)):
        assert "<b>Emergency access.</b>" in browser.get("/settings/").content.decode()
    browser.post(f"{URL}end/")
    assert "<b>Emergency access.</b>" not in browser.get("/settings/").content.decode()
    assert browser.post(reveal, {"reason": "care"}).status_code == 403


def test_it_ends_by_itself(clinic, ann):
    start = clock.now()
    with clock.at(start):
        take(ann, clinic, 15)
    with clock.at(start + timedelta(minutes=14)):
        browser = browser_of(ann)
        assert "<b>Emergency access.</b>" in browser.get("/settings/").content.decode()
    with clock.at(start + timedelta(minutes=15)):
        assert "<b>Emergency access.</b>" not in browser.get("/settings/").content.decode()
        services.look_after()
    access = EmergencyAccess.objects.get()
    assert access.ended_at == access.ends_at == start + timedelta(minutes=15)


def test_it_gives_sight_and_no_act():
    acts = ("edit", "import", "export", "approve", "send", "submit", "sign")
    assert [name for name in FOR_EMERGENCIES if name.rpartition(".")[2] in acts] == []
    assert PERMISSIONS.keys() >= FOR_EMERGENCIES
    assert not role_may("admin", "contacts.reveal")


def test_owner_and_officer_are_told_at_once_and_the_taker_is_not(clinic, ann, owner, officer):
    take(ann, clinic)
    mails = SystemMail.objects.filter(kind="emergency_taken")
    assert {mail.to for mail in mails} == {owner.email, officer.email}
    assert {mail.context["taken_by"] for mail in mails} == {"Ann Admin"}
    event = AuditEvent.objects.get(action="emergency.taken")
    assert event.detail == {"minutes": 60, "reason": "The officer is ill and a patient calls"}


@pytest.mark.parametrize(("reason", "minutes"), [(" ", 60), ("Fire", 61), ("Fire", 0)])
def test_is_not_taken_without_a_reason_or_for_longer(clinic, ann, reason, minutes):
    with pytest.raises(services.NotTaken):
        services.take(
            reason=reason, minutes=minutes, by=membership_of(ann, clinic), actor=actor_for(ann)
        )
    assert EmergencyAccess.objects.count() == SystemMail.objects.count() == 0


def test_the_database_refuses_that_too(clinic, ann):
    access = take(ann, clinic)
    rows = EmergencyAccess.objects.filter(pk=access.pk)
    with pytest.raises(IntegrityError, match="an_hour_at_most"), transaction.atomic():
        rows.update(ends_at=access.began_at + timedelta(minutes=61))
    with pytest.raises(IntegrityError, match="reviewed_by_another"), transaction.atomic():
        rows.update(reviewed_by=str(ann.pk), reviewed_at=clock.now())
    with pytest.raises(services.NotTaken, match="already"):
        take(ann, clinic)


@pytest.mark.parametrize("role", ["marketer", "analyst", "compliance_officer", "auditor"])
def test_only_owner_and_administrator_take_it(clinic, role):
    browser = browser_of(make_member(clinic, role, "Somebody"))
    assert browser.post(f"{URL}take/", {"reason": "Fire", "minutes": "60"}).status_code == 403
    assert EmergencyAccess.objects.count() == 0


def test_somebody_else_signs_it_off(clinic, ann, owner, officer):
    access, own = take(ann, clinic), take(owner, clinic)
    browser_of(owner).post(f"{URL}{own.pk}/review/", {"finding": "All fine"})
    own.refresh_from_db()
    assert own.reviewed_at is None
    assert AuditEvent.objects.get(outcome="denied").detail["reason"] == "own access"

    browser_of(officer).post(f"{URL}{access.pk}/review/", {"finding": "One look, for one call"})

    access.refresh_from_db()
    assert (access.reviewed_by_name, access.finding) == ("Cora Officer", "One look, for one call")
    assert browser_of(ann).post(f"{URL}{own.pk}/review/", {"finding": "x"}).status_code == 403


def test_a_review_that_nobody_gives_is_asked_for_once_more_after_a_day(clinic, ann, owner, officer):
    with clock.at(clock.now() - timedelta(hours=24, minutes=1)):
        take(ann, clinic)
    SystemMail.objects.all().delete()
    for _ in range(2):
        with platform_scope():
            tasks.look_after_emergencies()
    mails = SystemMail.objects.filter(kind="emergency_taken")
    assert sorted(mail.context["is_reminder"] for mail in mails) == [True, True]
    assert AuditEvent.objects.filter(action="emergency.unreviewed").count() == 1
    assert EmergencyAccess.objects.get().ended_at is not None
