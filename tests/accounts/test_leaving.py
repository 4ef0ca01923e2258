"""The end of somebody's access: at once, everything in one transaction, and on work that waits."""

from datetime import date, timedelta

import pytest
from django.db import connection, transaction

from accounts import tasks
from accounts.api_keys import Scope
from accounts.models import ApiKey, Countersignature, Membership, SecuritySettings, User
from accounts.models.entitlements import Why
from accounts.services import api_keys, leaving, people
from accounts.services.sign_in import actor_for
from audit.models import AuditEvent
from audit.services import SYSTEM
from campaigns.models import Campaign
from campaigns.services import approvals, sending
from contacts.models import ImportRun
from contacts.services import imports
from contacts.services.import_work import work_on
from contacts.services.uploads import Intake
from tenancy import clock
from tenancy.ids import uuid7
from tenancy.models import SystemMail
from tenancy.scope import platform_scope
from tests.accounts import sample_act
from tests.accounts.signing_in import browser_of, make_member, membership_of
from tests.factories import campaigns as campaign_factory
from tests.factories.compliance import agreement_in_force

A_DAY = timedelta(days=1)


def has_key(key) -> bool:
    return ApiKey.objects.get(pk=key.pk).revoked_at is None


def make_key(maker):
    right = api_keys.Right("EHR", [Scope.CONTACTS_READ], clock.now() + A_DAY)
    return api_keys.issue(right, actor=maker)[0]


@pytest.fixture
def ann(clinic, owner):
    """An administrator who has a session, a key and an open request."""
    ann = make_member(clinic, "admin", "Ann Admin")
    make_member(clinic, "compliance_officer", "Cora")
    sample_act.ask(actor_for(ann))
    return ann


@pytest.mark.parametrize("ends_keys", [True, False])
def test_a_suspension_closes_everything_at_once(clinic, owner, ann, ends_keys):
    SecuritySettings.objects.create(ends_keys_of_leavers=ends_keys)
    browser, key = browser_of(ann), make_key(actor_for(ann))
    other = make_key(actor_for(owner))
    people.suspend(
        membership_of(ann, clinic), by=membership_of(owner, clinic), actor=actor_for(owner)
    )

    assert browser.get("/account/").url.startswith("/login/")
    assert [has_key(key), has_key(other)] == [not ends_keys, True]
    assert Countersignature.objects.get().decision == "withdrawn"
    event = AuditEvent.objects.get(action="user.suspended")
    assert event.detail == {"sessions": 1, "requests": 1, "keys": int(ends_keys)}


def test_all_of_it_or_nothing(clinic, owner, ann):
    browser, key = browser_of(ann), make_key(actor_for(ann))
    with pytest.raises(RuntimeError), transaction.atomic():
        people.suspend(
            membership_of(ann, clinic), by=membership_of(owner, clinic), actor=actor_for(owner)
        )
        raise RuntimeError

    assert browser.get("/account/").status_code == 200
    assert has_key(key)
    assert Countersignature.objects.get().decision == ""
    assert membership_of(ann, clinic).status == "active"


def test_sessions_of_others_cannot_be_ended_from_here(other_clinic, clinic):
    stranger = make_member(other_clinic, "owner", "Eve")
    browser = browser_of(stranger)
    with connection.cursor() as cursor:
        cursor.execute("SELECT kernel.end_sessions_here(%s::uuid)", [stranger.pk])
        assert cursor.fetchone() == (0,)
    assert browser.get("/account/").status_code == 200


def last_login(user, at):
    with platform_scope():
        User.objects.filter(pk=user.pk).update(last_login=at)
    Membership.objects.filter(user=user).update(changed_at=at)


def tick(at):
    with clock.at(at), platform_scope():
        tasks.look_after_accounts()


def status_of(user) -> str:
    return Membership.objects.get(user=user).status


def test_an_account_that_nobody_uses_is_warned_about_then_suspended(clinic, owner):
    mara = make_member(clinic, "marketer", "Mara")
    start = clock.now()
    last_login(mara, start)
    tick(start + timedelta(days=37))
    assert not SystemMail.objects.filter(kind="access_ends").exists()
    tick(start + timedelta(days=38))
    tick(start + timedelta(days=39))
    mail = SystemMail.objects.get(kind="access_ends")
    assert (mail.to, mail.context["expires"]) == (mara.email, False)
    tick(start + timedelta(days=44, hours=23))
    assert status_of(mara) == "active"
    tick(start + timedelta(days=45))
    assert status_of(mara) == "suspended"
    assert AuditEvent.objects.get(action="user.dormant").actor_kind == "system"


def test_nobody_is_suspended_without_a_day_of_notice(clinic, owner):
    mara = make_member(clinic, "marketer", "Mara")
    start = clock.now()
    last_login(mara, start)
    tick(start + timedelta(days=60))
    assert status_of(mara) == "active"
    tick(start + timedelta(days=61, minutes=1))
    assert status_of(mara) == "suspended"


def test_signing_in_after_the_warning_is_enough(clinic, owner):
    mara = make_member(clinic, "marketer", "Mara")
    start = clock.now()
    last_login(mara, start)
    tick(start + timedelta(days=40))
    last_login(mara, start + timedelta(days=41))
    tick(start + timedelta(days=46))
    assert status_of(mara) == "active"


def test_the_last_owner_is_never_suspended_by_a_tick(clinic, owner):
    start = clock.now()
    last_login(owner, start)
    for days in (40, 46, 90):
        tick(start + timedelta(days=days))
    assert status_of(owner) == "active"


def test_an_account_ends_after_its_last_day(clinic, owner):
    mara = make_member(clinic, "marketer", "Mara")
    today = clock.now()
    last_day = (today + timedelta(days=10)).date()
    url = f"/settings/people/{membership_of(mara, clinic).pk}/"
    browser = browser_of(owner)
    late = browser.post(url, {"role": "marketer", "last_day": date(2020, 1, 1).isoformat()})
    assert "Choose a day in the future" in late.content.decode()
    assert (
        browser.post(url, {"role": "marketer", "last_day": last_day.isoformat()}).status_code == 302
    )

    tick(today + timedelta(days=5))
    assert SystemMail.objects.get(kind="access_ends").context["expires"] is True
    tick(today + timedelta(days=9))
    assert status_of(mara) == "active"
    tick(today + timedelta(days=12))
    assert status_of(mara) == "suspended"
    assert Membership.objects.get(user=mara).changed_why == Why.EXPIRED


def take_away(user, **change):
    Membership.objects.filter(user=user).update(**change)


@pytest.mark.parametrize("change", [{"role": "analyst"}, {"status": "suspended"}, {}])
def test_a_scheduled_campaign_falls_with_the_right_of_who_approved_it(clinic, change):
    officer = make_member(clinic, "compliance_officer", "Cora")
    campaign = campaign_factory.submitted_campaign(start="by_hand")
    asked = campaign.approvals.get()
    campaign = approvals.approve(asked, content_hash=asked.content_hash, actor=actor_for(officer))
    sending.schedule(campaign, send_at=clock.now() + A_DAY, actor=campaign_factory.MARKETER)
    if change:
        take_away(officer, **change)
    with clock.at(clock.now() + A_DAY + timedelta(minutes=1)):
        assert sending.begin(campaign) is not bool(change)
    campaign.refresh_from_db()
    assert campaign.status == (Campaign.Status.DRAFT if change else Campaign.Status.SENDING)


@pytest.mark.parametrize("change", [{"role": "analyst"}, {"status": "suspended"}, {}])
def test_an_import_does_not_go_on_without_the_right_of_who_started_it(clinic, change):
    agreement_in_force()
    mara = make_member(clinic, "marketer", "Mara")
    intake = Intake(file_name="list.csv", actor=actor_for(mara))
    intake.feed(b"MRN,First name,Email\n1,Ada,ada@x.example\n")
    run = imports.match_columns(
        intake.finish(),
        mapping=["external_id", "given_name", "email"],
        order=imports.Order.NOT_SHOWN,
        actor=actor_for(mara),
    )
    imports.check(run, basis=imports.Basis(), actor=actor_for(mara))
    if change:
        take_away(mara, **change)
    work_on(run.pk)
    run.refresh_from_db()
    assert run.status == (ImportRun.Status.FAILED if change else ImportRun.Status.CHECKED)


def test_what_a_system_started_goes_on(clinic):
    from accounts.rights import has_lost

    assert not has_lost(SYSTEM.id, "contacts.import")
    assert leaving.STAMP


def test_one_persons_loss_is_no_other_persons(clinic):
    from accounts.rights import has_lost

    gone, stays = make_member(clinic, "marketer", "Mara"), make_member(clinic, "marketer", "Max")
    take_away(gone, status="suspended")
    people = (str(gone.pk), str(stays.pk), str(uuid7()))
    assert [has_lost(person, "contacts.import") for person in people] == [True, False, False]
    assert has_lost(str(stays.pk), "campaigns.approve")
