"""The end of a workspace: two people, a freeze that holds at once, a grace, and back again."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import IntegrityError, transaction

from accounts.models import Countersignature
from accounts.services import countersignatures
from accounts.services.countersignatures import NotDecided
from audit.models import AuditEvent
from audit.services import Actor
from compliance import services as compliance
from compliance.errors import WorkspaceEnding
from compliance.models import Ending, LegalHold
from compliance.models.ending import GRACE
from compliance.queries import require_agreement
from compliance.services import ending, holds, operator_ending
from compliance.services.ending import NotEnded
from contacts.models import ImportRun
from delivery.models import Message, MessageEvent
from tenancy import clock
from tenancy.models import SystemMail, Tenant
from tests.accounts.signing_in import browser_of, make_member, make_user
from tests.factories.compliance import OPERATOR, agreement_in_force
from tests.factories.contacts import make_contact
from tests.factories.delivery import make_campaign, make_message

WHY = "We close the practice"


def actor_of(user, kind="user"):
    return Actor(kind=kind, id=str(user.pk), name=user.name)


@pytest.fixture
def olive(clinic):
    return actor_of(make_member(clinic, "owner", "Olive Owner"))


@pytest.fixture
def cora(clinic):
    return actor_of(make_member(clinic, "compliance_officer", "Cora Officer"))


@pytest.fixture
def olga():
    return actor_of(make_user("Olga Operator", is_operator=True), "operator")


def status_of(tenant):
    return Tenant.objects.get(pk=tenant.pk).status


def end(clinic, asker, decider):
    """Asked by an owner, granted by a second person."""
    assert ending.ask(typed_name=clinic.name, reason=WHY, actor=asker)
    countersignatures.grant(Countersignature.objects.get(decision="").pk, actor=decider)
    return Ending.objects.get()


def test_two_people_freeze_it_at_once(clinic, olive, cora):
    moment = clock.now()
    with clock.at(moment):
        made = end(clinic, olive, cora)
    assert (made.asked_by, made.decided_by, made.reason) == (olive.id, cora.id, WHY)
    assert made.destroy_at == moment + timedelta(days=30)
    assert status_of(clinic) == "ending"
    event = AuditEvent.objects.get(action="workspace.end_decided")
    assert (event.actor_id, event.detail["asked_by"]) == (cora.id, olive.id)
    letter = SystemMail.objects.get(kind="workspace_ending")
    assert letter.context["day"] == f"{made.destroy_at:%d %B %Y}"


def test_nobody_decides_what_they_asked_for(clinic, olive, cora):
    ending.ask(typed_name=clinic.name, reason=WHY, actor=olive)
    with pytest.raises(NotDecided, match="You asked for this"):
        countersignatures.grant(Countersignature.objects.get().pk, actor=olive)
    assert (status_of(clinic), Ending.objects.count()) == ("active", 0)


def test_the_name_is_typed_and_a_reason_given(clinic, olive, cora):
    for name, reason in ((clinic.name.lower(), WHY), (clinic.name, " ")):
        with pytest.raises(NotEnded):
            ending.ask(typed_name=name, reason=reason, actor=olive)
    assert not Countersignature.objects.exists()


def test_alone_the_operator_is_the_second_person(clinic, olive, olga):
    assert not ending.ask(typed_name=clinic.name, reason=WHY, actor=olive)
    assert status_of(clinic) == "active"
    assert clinic.pk in operator_ending.waiting_and_decided()
    operator_ending.allow(clinic.pk, actor=olga)
    made = Ending.objects.get()
    assert (made.asked_by, made.decided_by, status_of(clinic)) == (olive.id, olga.id, "ending")


def test_an_operator_ends_it_after_the_contract_was_ended_by_somebody_else(clinic, olive, olga):
    agreement = agreement_in_force()
    with pytest.raises(NotEnded, match="in force"):
        operator_ending.ask(clinic.pk, reason=WHY, actor=olga)
    assert not Ending.objects.exists()
    compliance.end_agreement(agreement, reason="We leave", actor=olive)
    made = operator_ending.ask(clinic.pk, reason=WHY, actor=olga, days=60)
    assert (made.asked_by, made.decided_by) == (olive.id, olga.id)
    assert made.destroy_at - made.decided_at == timedelta(days=60)
    assert status_of(clinic) == "ending"


def test_a_command_does_what_the_operators_page_does(clinic, olive):
    operator = make_user("Olga Operator", is_operator=True)
    compliance.end_agreement(agreement_in_force(), reason="We leave", actor=olive)
    with pytest.raises(CommandError, match="no such operator"):
        call_command("end_workspace", clinic.slug, operator="x@y.example", reason=WHY)
    assert status_of(clinic) == "active"
    call_command("end_workspace", clinic.slug, operator=operator.email, reason=WHY, days=45)
    made = Ending.objects.get()
    assert (made.asked_by, made.decided_by) == (olive.id, str(operator.pk))
    assert made.destroy_at - made.decided_at == timedelta(days=45)


def test_without_a_contract_a_second_operator_decides(clinic, olga):
    operator_ending.ask(clinic.pk, reason=WHY, actor=olga)
    with pytest.raises(NotEnded, match="You asked for this"):
        operator_ending.allow(clinic.pk, actor=olga)
    assert status_of(clinic) == "active"
    other = actor_of(make_user("Pat Platform", is_operator=True), "operator")
    operator_ending.allow(clinic.pk, actor=other)
    assert status_of(clinic) == "ending"


def test_the_second_operator_decides_on_the_days_that_the_first_asked_for(clinic, olga):
    for days in (29, 367):
        with pytest.raises(NotEnded, match="thirty days at least"):
            operator_ending.ask(clinic.pk, reason=WHY, actor=olga, days=days)
    assert not Ending.objects.exists()
    operator_ending.ask(clinic.pk, reason=WHY, actor=olga, days=75)
    other = make_user("Pat Platform", is_operator=True)
    page = browser_of(other).get(f"/operator/endings/{clinic.pk}/").content.decode()
    assert "is destroyed 75 days later" in page
    with pytest.raises(IntegrityError, match="an end stays as it was decided"):
        Ending.objects.update(grace_days=30)
    made = operator_ending.allow(clinic.pk, actor=actor_of(other, "operator"))
    assert made.destroy_at - made.decided_at == timedelta(days=75)


def test_frozen_nothing_comes_in_or_goes_out_and_what_waits_is_canceled(clinic, olive, cora):
    agreement_in_force()
    ada = make_contact(external_id="EV-1")
    waits = make_message(ada, status="queued", route="tls", settled_at=None)
    at_work = make_message(
        ada, status="leased", route="tls", settled_at=None, lease_token=clinic.pk,
        lease_expires_at=clock.now() + timedelta(minutes=5),
    )  # fmt: skip
    campaign = make_campaign(status="scheduled", began_at=None, ended_at=None)
    run = ImportRun.objects.create(
        file_name="a.csv", status="checked", started_by_id="m", started_by_name="M"
    )
    end(clinic, olive, cora)
    with pytest.raises(WorkspaceEnding):
        require_agreement()
    ending.stop()

    waits.refresh_from_db()
    assert (waits.status, waits.reason) == ("canceled", "workspace_ending")
    assert MessageEvent.objects.filter(message=waits, kind="canceled").count() == 1
    campaign.refresh_from_db()
    run.refresh_from_db()
    assert (campaign.status, run.status) == ("canceled", "canceled")
    made = Ending.objects.get()
    assert made.stopped == {"imports": 1, "campaigns": 1, "messages": 1}
    assert made.stopped_at is None  # one is being handed over

    Message.objects.filter(pk=at_work.pk).update(
        status="sent", lease_token=None, lease_expires_at=None, settled_at=clock.now()
    )
    ending.stop()
    made.refresh_from_db()
    assert made.stopped == {"imports": 1, "campaigns": 1, "messages": 1}
    assert made.stopped_at is not None
    assert AuditEvent.objects.get(action="workspace.stopped").detail == made.stopped


def test_it_can_be_undone_within_the_grace(clinic, olive, cora):
    agreement_in_force()
    end(clinic, olive, cora)
    ending.undo(reason="We stay", actor=olive)
    assert status_of(clinic) == "active"
    assert require_agreement() is not None
    assert Ending.objects.get().closed_by == olive.id
    end_again = ending.ask(typed_name=clinic.name, reason=WHY, actor=olive)
    assert end_again


def test_the_day_moves_later_only(clinic, olive, cora, olga):
    made = end(clinic, olive, cora)
    with pytest.raises(NotEnded, match="after the present one"):
        ending.postpone(until=made.destroy_at - timedelta(days=1), reason=WHY, actor=olga)
    later = made.destroy_at + timedelta(days=30)
    ending.postpone(until=later, reason="A court asked", actor=olga)
    made.refresh_from_db()
    assert made.destroy_at == later


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"decided_by": "asker"}, "ending_decided_by_another_with_a_grace"),
        ({"destroy_at": GRACE - timedelta(seconds=1)}, "ending_decided_by_another_with_a_grace"),
        ({"decided_by": ""}, "ending_decided_by_another_with_a_grace"),
    ],
)
def test_the_database_wants_two_people_and_a_grace(clinic, changes, refusal):
    now = clock.now()
    row = {"asker_kind": "user", "asked_by": "asker", "asked_by_name": "A", "reason": WHY}
    row |= {"decided_by": "other", "decided_by_name": "O", "decided_at": now}
    row |= {"destroy_at": now + GRACE} | changes
    if isinstance(row["destroy_at"], timedelta):
        row["destroy_at"] = now + row["destroy_at"]
    with pytest.raises(IntegrityError, match=refusal), transaction.atomic():
        Ending.objects.create(**row)


@pytest.mark.parametrize("status", ["ending", "destroying", "destroyed"])
def test_the_database_knows_no_way_around_the_decision(clinic, status):
    with pytest.raises(IntegrityError), transaction.atomic():
        Tenant.objects.filter(pk=clinic.pk).update(status=status)
    assert status_of(clinic) == "active"


def test_the_database_destroys_nothing_before_its_time_or_under_a_hold(clinic, olive, cora):
    made = end(clinic, olive, cora)
    with pytest.raises(IntegrityError, match="ending_destroyed_after_its_grace"):
        with transaction.atomic():
            Ending.objects.filter(pk=made.pk).update(destroying_since=clock.now())
    holds.place(LegalHold.Subject.WORKSPACE, subject_id=None, reason="A case", actor=cora)
    with pytest.raises(IntegrityError, match="a legal hold keeps"), transaction.atomic():
        Ending.objects.filter(pk=made.pk).update(destroying_since=made.destroy_at)
        Tenant.objects.filter(pk=clinic.pk).update(status="destroying")
    assert status_of(clinic) == "ending"


def test_another_workspace_goes_on(clinic, other_clinic, olive, cora):
    end(clinic, olive, cora)
    assert OPERATOR
    assert operator_ending.seen(other_clinic.pk).tenant.status == "active"
    assert [step for tenant, step in ending.due() if tenant == clinic.pk] == ["stop"]
    assert [step for tenant, step in ending.due() if tenant == other_clinic.pk] == []
