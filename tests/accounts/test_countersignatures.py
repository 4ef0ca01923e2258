"""A second person: who asks does not decide, on any path, the database included."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from accounts import countersign, tasks
from accounts.models import Countersignature, Membership
from accounts.models.countersignatures import REQUEST_LASTS
from accounts.services import countersignatures as services
from accounts.services.sign_in import actor_for
from audit.models import AuditEvent
from tenancy import clock
from tenancy.errors import DomainError
from tenancy.models import SystemMail
from tenancy.origins import url_on
from tenancy.scope import platform_scope, tenant_scope
from tests.accounts import sample_act
from tests.accounts.signing_in import browser_of, make_member


@pytest.fixture
def officer(clinic):
    return make_member(clinic, "compliance_officer", "Cora Officer")


@pytest.fixture
def asked(owner, officer):
    """Olive asks; Cora may decide."""
    return sample_act.ask(actor_for(owner))


def done() -> int:
    return AuditEvent.objects.filter(action="sample.done").count()


def test_what_a_second_person_grants_happens_at_once(asked, owner, officer):
    assert done() == 0
    services.grant(asked.pk, actor=actor_for(officer))

    event = AuditEvent.objects.get(action="sample.done")
    assert (event.actor_name, event.detail) == (
        "Cora Officer", {"door": "side", "asked_by": "Olive Owner"},
    )  # fmt: skip
    granted = AuditEvent.objects.get(action="request.granted")
    assert granted.detail == {"kind": sample_act.KIND, "requested_by": str(owner.id)}
    asked.refresh_from_db()
    assert (asked.decision, asked.decided_by) == ("granted", str(officer.id))


def test_nobody_grants_what_they_asked_for(asked, owner):
    with pytest.raises(services.NotDecided, match="You asked for this"):
        services.grant(asked.pk, actor=actor_for(owner))
    asked.refresh_from_db()
    assert (asked.decision, done()) == ("", 0)
    denied = AuditEvent.objects.get(outcome="denied")
    assert (denied.action, denied.detail["reason"]) == ("request.granted", "own request")


def test_the_database_refuses_that_too(asked, owner):
    own = {"decided_by": str(owner.id), "decided_at": clock.now()}
    with pytest.raises(IntegrityError, match="by_another_than_who_asked"), transaction.atomic():
        Countersignature.objects.filter(pk=asked.pk).update(decision="granted", **own)
    with pytest.raises(IntegrityError, match="stays as it was asked"), transaction.atomic():
        Countersignature.objects.filter(pk=asked.pk).update(requested_by="somebody else")
    late = own | {"decided_by": "x", "decided_at": clock.now() + REQUEST_LASTS}
    with pytest.raises(IntegrityError, match="before_it_expires"), transaction.atomic():
        Countersignature.objects.filter(pk=asked.pk).update(decision="granted", **late)
    assert Countersignature.objects.filter(pk=asked.pk).update(decision="withdrawn", **own) == 1
    with pytest.raises(IntegrityError, match="stays as it was given"), transaction.atomic():
        Countersignature.objects.filter(pk=asked.pk).update(decision="refused", decided_by="x")


@pytest.mark.parametrize("role", ["admin", "marketer", "analyst", "auditor"])
def test_a_role_without_the_permission_does_not_decide(clinic, asked, role):
    actor = actor_for(make_member(clinic, role, "Somebody"))
    for answer in (
        lambda: services.grant(asked.pk, actor=actor),
        lambda: services.refuse(asked.pk, actor=actor, reason="No"),
    ):
        with pytest.raises(services.NotDecided, match="Your role may not"):
            answer()
    asked.refresh_from_db()
    assert (asked.decision, done()) == ("", 0)


@pytest.mark.parametrize("leaver", ["owner", "officer"])
def test_both_have_to_work_here_when_it_is_granted(asked, owner, officer, leaver):
    gone = {"owner": owner, "officer": officer}[leaver]
    Membership.objects.filter(user=gone).update(status="suspended")
    with pytest.raises(services.NotDecided):
        services.grant(asked.pk, actor=actor_for(officer))
    assert done() == 0


def test_nothing_is_answered_twice_or_after_a_week(asked, officer, owner):
    actor = actor_for(officer)
    with clock.at(clock.now() + REQUEST_LASTS), pytest.raises(services.NotDecided):
        services.grant(asked.pk, actor=actor)
    services.refuse(asked.pk, actor=actor, reason="Not today")
    with pytest.raises(services.NotDecided, match="was answered"):
        services.grant(asked.pk, actor=actor)
    with pytest.raises(services.NotDecided, match="was answered"):
        services.withdraw(asked.pk, actor=actor_for(owner))
    asked.refresh_from_db()
    assert (asked.decision, asked.answer, done()) == ("refused", "Not today", 0)


def test_an_act_that_refuses_leaves_the_request_open(owner, officer):
    asked = sample_act.ask(actor_for(owner), is_impossible=True)
    with pytest.raises(DomainError, match="The door is gone"):
        services.grant(asked.pk, actor=actor_for(officer))
    asked.refresh_from_db()
    assert asked.decision == ""
    assert not AuditEvent.objects.filter(action="request.granted").exists()


def test_only_the_asker_takes_it_back(asked, owner, officer):
    with pytest.raises(services.NotDecided, match="Only the person who asked"):
        services.withdraw(asked.pk, actor=actor_for(officer))
    services.withdraw(asked.pk, actor=actor_for(owner))
    asked.refresh_from_db()
    assert asked.decision == "withdrawn"


def test_is_not_asked_without_a_reason_twice_or_where_nobody_may_answer(clinic, owner):
    actor, on = actor_for(owner), clinic
    ask = {"kind": sample_act.KIND, "payload": {"door": "side"}, "actor": actor, "on": on}
    with pytest.raises(services.NotAsked, match="Nobody else here"):
        services.ask(**ask, reason="Because")
    make_member(clinic, "compliance_officer", "Cora")
    with pytest.raises(services.NotAsked, match="Write why"):
        services.ask(**ask, reason=" ")
    services.ask(**ask, reason="Because")
    with pytest.raises(services.NotAsked, match="already"):
        services.ask(**ask, reason="Because")
    assert Countersignature.objects.count() == 1
    with clock.at(clock.now() + REQUEST_LASTS):
        services.ask(**ask, reason="Because")
    assert set(Countersignature.objects.values_list("decision", flat=True)) == {"", "expired"}


def test_the_tick_closes_what_nobody_answered(clinic, owner, officer):
    with clock.at(clock.now() - REQUEST_LASTS - timedelta(minutes=1)):
        old = sample_act.ask(actor_for(owner))
    fresh = sample_act.ask(actor_for(owner), "front")
    with platform_scope():
        tasks.expire_requests()
    decisions = dict(Countersignature.objects.values_list("pk", "decision"))
    assert decisions == {old.pk: "expired", fresh.pk: ""}
    assert AuditEvent.objects.get(action="request.expired").actor_kind == "system"


@pytest.mark.parametrize("answer", ["refused", "withdrawn", "expired", "left"])
def test_what_was_prepared_is_undone_once_if_nobody_grants_it(asked, owner, officer, answer):
    assert not AuditEvent.objects.filter(action="sample.dropped").exists()
    if answer == "refused":
        services.refuse(asked.pk, actor=actor_for(officer), reason="Not today")
    elif answer == "withdrawn":
        services.withdraw(asked.pk, actor=actor_for(owner))
    elif answer == "left":
        with transaction.atomic():
            services.withdraw_all(str(owner.id), actor=actor_for(officer))
    with clock.at(clock.now() + REQUEST_LASTS):
        services.expire_due()
    dropped = AuditEvent.objects.get(action="sample.dropped")
    assert dropped.detail == {"door": "side"}
    closed_by = {"withdrawn": "Olive Owner", "expired": "Sealpost"}.get(answer, "Cora Officer")
    assert (dropped.actor_name, done()) == (closed_by, 0)


def test_nothing_is_undone_by_a_grant(asked, officer):
    services.grant(asked.pk, actor=actor_for(officer))
    services.expire_due()
    assert (done(), AuditEvent.objects.filter(action="sample.dropped").count()) == (1, 0)


def test_mails_say_who_asks_and_not_what(clinic, asked, owner, officer):
    services.grant(asked.pk, actor=actor_for(officer))
    waits, decided = SystemMail.objects.order_by("created_at")
    link = url_on("staff", f"/settings/requests/{asked.pk}/")
    names = {"workspace": "Elm Street Clinic", "asked_by": "Olive Owner"}
    assert (waits.to, waits.context) == (officer.email, names | {"decided_by": "", "link": link})
    assert (decided.to, decided.context) == (
        owner.email, names | {"decided_by": "Cora Officer", "outcome": "granted", "link": link},
    )  # fmt: skip


def test_the_page_asks_the_second_person_and_tells_the_first(asked, owner, officer):
    url = f"/settings/requests/{asked.pk}/"
    page = browser_of(owner).get(url).content.decode()
    assert "Open the side door" in page
    assert "The painter comes" in page
    assert "Nobody decides what they asked for" in page
    assert "Grant it" not in page

    browser = browser_of(officer)
    assert "For you to decide" in browser.get("/settings/requests/").content.decode()
    assert "Decide: Open the side door" in browser.get("/").content.decode()
    answer = browser.post(f"{url}refuse/", {"reason": ""})
    assert (answer.status_code, "Write why not" in answer.content.decode()) == (422, True)
    assert browser.post(f"{url}grant/").url == "/settings/requests/"
    assert done() == 1
    assert "Granted" in browser.get("/settings/requests/").content.decode()


def test_an_own_request_is_refused_on_the_page_too(asked, owner):
    browser = browser_of(owner)
    answer = browser.post(f"/settings/requests/{asked.pk}/grant/")
    assert (answer.status_code, "You asked for this" in answer.content.decode()) == (422, True)
    assert done() == 0
    assert browser.post(f"/settings/requests/{asked.pk}/withdraw/").status_code == 302


def test_somebody_who_neither_asked_nor_decides_does_not_see_it(clinic, asked, other_clinic):
    url = f"/settings/requests/{asked.pk}/"
    marketer = browser_of(make_member(clinic, "marketer", "Mara"))
    assert [marketer.get(url).status_code, marketer.post(f"{url}grant/").status_code] == [404] * 2
    assert browser_of(make_member(clinic, "auditor", "Ulla")).get(url).status_code == 200
    with tenant_scope(other_clinic.id):
        stranger = make_member(other_clinic, "owner", "Eve")
        assert browser_of(stranger).get(url).status_code == 404


def test_a_kind_is_registered_once_and_names_a_permission():
    act = {"perform": sample_act.perform, "describe": sample_act.describe}
    with pytest.raises(ValueError, match="twice"):
        countersign.register(sample_act.KIND, permission="policy.edit", **act)
    with pytest.raises(ValueError, match="not in the table"):
        countersign.register("sample.other", permission="policy.bend", **act)
