"""What a legal hold is about stays, whoever tries to remove it; only two people let it go."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from accounts.models import Countersignature
from accounts.services import countersignatures
from accounts.services.countersignatures import NotDecided
from accounts.services.sign_in import actor_for
from audit.models import AuditEvent
from campaigns.models import Campaign
from compliance import holding
from compliance.models import LegalHold
from compliance.services import holds, retention
from compliance.services.holds import HoldNotPlaced
from contacts.models import Activity, Contact
from delivery.models import Message, MessageEvent
from tenancy import clock
from tenancy.removal import remove
from tests.accounts.signing_in import make_member
from tests.factories.contacts import make_contact
from tests.factories.delivery import make_campaign, make_message

LONG_AGO = timedelta(days=3000)
Subject = LegalHold.Subject


@pytest.fixture
def old_mail(clinic):
    """Two people, two campaigns, a message of each campaign to each; all of it long due."""
    then = clock.now() - LONG_AGO
    people = [make_contact(), make_contact()]
    campaigns = [make_campaign(ended_at=then), make_campaign(ended_at=then)]
    for person in people:
        for campaign in campaigns:
            message = make_message(person, cause_id=campaign.id, settled_at=then)
            MessageEvent.objects.create(message=message, kind="accepted", occurred_at=then)
            Activity.objects.create(
                contact=person,
                kind="sent",
                cause="campaign",
                cause_id=campaign.id,
                occurred_at=then,
            )
    return people, campaigns


def left() -> tuple[int, int, int, int]:
    tables = (Campaign, Message, MessageEvent, Activity)
    return tuple(table.objects.count() for table in tables)


def place(subject, subject_id, actor):
    return holds.place(subject, subject_id=subject_id, reason="Smith v. Elm Street", actor=actor)


def test_without_a_hold_everything_old_goes(old_mail):
    retention.work()
    assert left() == (0, 0, 0, 0)


def test_a_hold_on_a_person_keeps_what_is_about_them(old_mail, nurse):
    (ada, _), _ = old_mail
    place(Subject.CONTACT, ada.id, nurse)
    retention.work()
    assert left() == (2, 2, 2, 2)
    assert set(Message.objects.values_list("contact_id", flat=True)) == {ada.id}
    assert set(Activity.objects.values_list("contact_id", flat=True)) == {ada.id}


def test_a_hold_on_a_campaign_keeps_what_is_about_it(old_mail, nurse):
    _, (held, _) = old_mail
    place(Subject.CAMPAIGN, held.id, nurse)
    retention.work()
    assert left() == (1, 2, 2, 2)
    assert set(Message.objects.values_list("cause_id", flat=True)) == {held.id}


def test_a_hold_on_the_workspace_keeps_everything(old_mail, nurse):
    place(Subject.WORKSPACE, None, nurse)
    retention.work()
    assert left() == (2, 4, 4, 4)


@pytest.mark.parametrize("subject", Subject)
def test_the_database_refuses_whoever_removes_what_is_held(old_mail, nurse, subject):
    (ada, _), (campaign, _) = old_mail
    ids = {Subject.CONTACT: ada.id, Subject.CAMPAIGN: campaign.id, Subject.WORKSPACE: None}
    hold = place(subject, ids[subject], nurse)
    of_both = Message.objects.filter(contact=ada, cause_id=campaign.id)
    events = MessageEvent.objects.filter(message__in=of_both)
    for table, rows in ((MessageEvent, events), (Message, of_both)):
        with pytest.raises(IntegrityError, match="legal hold keeps"), transaction.atomic():
            remove(table, list(rows.values_list("pk", flat=True)))
    with (
        pytest.raises(IntegrityError, match="legal hold keeps"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("DELETE FROM contacts_activity WHERE contact_id = %s", [ada.id])
    assert left() == (2, 4, 4, 4)
    LegalHold.objects.filter(pk=hold.pk).update(
        released_at=clock.now(), released_by="b", release_asked_by="a"
    )
    assert remove(MessageEvent, list(events.values_list("pk", flat=True))) == 1


def test_erasing_a_person_stops_at_a_hold(clinic, nurse):
    ada, bob = make_contact(), make_contact()
    place(Subject.CONTACT, ada.id, nurse)
    with pytest.raises(IntegrityError, match="legal hold keeps"), transaction.atomic():
        Contact.objects.filter(pk=ada.pk).delete()
    Contact.objects.filter(pk=bob.pk).delete()
    assert list(Contact.objects.values_list("pk", flat=True)) == [ada.pk]


def test_a_hold_needs_a_reason_and_is_placed_once(clinic, nurse):
    ada = make_contact()
    with pytest.raises(HoldNotPlaced, match="Write why"):
        holds.place(Subject.CONTACT, subject_id=ada.id, reason=" ", actor=nurse)
    place(Subject.CONTACT, ada.id, nurse)
    with pytest.raises(HoldNotPlaced, match="already"):
        place(Subject.CONTACT, ada.id, nurse)
    assert LegalHold.objects.count() == 1
    event = AuditEvent.objects.get(action="hold.placed")
    assert event.detail == {"subject": "contact", "subject_id": str(ada.id)}


def test_only_a_second_person_releases(clinic):
    olive = make_member(clinic, "owner", "Olive Owner")
    cora = make_member(clinic, "compliance_officer", "Cora Officer")
    hold = place(Subject.WORKSPACE, None, actor_for(olive))
    asked = holds.ask_release(hold, reason="The case is settled", actor=actor_for(olive))
    with pytest.raises(NotDecided):
        countersignatures.grant(asked.pk, actor=actor_for(olive))
    assert holding.held().everything

    countersignatures.grant(Countersignature.objects.get().pk, actor=actor_for(cora))

    hold.refresh_from_db()
    assert (hold.released_by, hold.release_asked_by) == (str(cora.id), str(olive.id))
    assert not holding.held().everything


@pytest.mark.parametrize(
    "change",
    [
        {"released_at": clock.now()},
        {"released_at": clock.now(), "released_by": "a", "release_asked_by": "a"},
        {"subject": "contact"},
        {"placed_by": "somebody else"},
    ],
)
def test_the_database_refuses_to_bend_a_hold(clinic, nurse, change):
    place(Subject.WORKSPACE, None, nurse)
    with pytest.raises(IntegrityError), transaction.atomic():
        LegalHold.objects.update(**change)
    assert holding.held().everything
