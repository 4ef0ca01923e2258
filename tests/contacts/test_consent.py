"""The ledger: what is agreed and withdrawn holds at once, and nothing is ever rewritten."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import IntegrityError, ProgrammingError, connection

from audit.models import AuditEvent
from contacts import queries, services
from contacts.models import Activity, ConsentRecord, Contact
from contacts.services.consent import Evidence, grant_unasked
from tenancy import clock
from tests.factories.contacts import PAPER, agree, make_contact

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def person(contact):
    (found,) = queries.people([contact.pk])
    return found


def test_an_agreement_is_proof_and_takes_effect(clinic, nurse):
    contact = make_contact()
    agree(contact, "marketing", nurse)
    record = ConsentRecord.objects.get()
    assert (record.contact_id, record.state, record.kind) == (contact.pk, "granted", "opt_in")
    assert record.evidence == {
        "source": "Registration form", "wording": "Yes, write to me.", "kept": "Cabinet 3",
        "language": "en",
    }  # fmt: skip
    assert person(contact).consents == {"marketing": "granted"}
    assert Activity.objects.get().kind == "agreed"
    assert AuditEvent.objects.get().action == "consent.granted"


def test_an_authorization_holds_until_its_last_day(clinic, nurse):
    contact = make_contact()
    evidence = Evidence("Form", "I authorize", kept="Cabinet 3", last_day=date(2026, 11, 24))
    services.record_consent(
        contact, purpose="marketing", kind="authorization", evidence=evidence, actor=nurse
    )
    with clock.at(NOON + timedelta(days=1)):
        assert person(contact).authorizations == {"marketing"}
    with clock.at(NOON + timedelta(days=2)):
        assert person(contact).authorizations == frozenset()


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"purpose": "everything"}, "what the person agreed to"),
        ({"evidence": Evidence("", "Yes")}, "with which wording"),
        ({"evidence": Evidence("Form", " ")}, "with which wording"),
        ({"evidence": Evidence("Form", "Yes", said_at=NOON + timedelta(days=900))}, "day to come"),
        ({"kind": "authorization", "evidence": Evidence("Form", "Yes")}, "where the signed"),
    ],
)
def test_refuses_what_is_no_proof(clinic, nurse, change, sentence):
    contact = make_contact()
    said = {"purpose": "marketing", "kind": "opt_in", "evidence": PAPER} | change
    with pytest.raises(services.ConsentRefused, match=sentence):
        services.record_consent(contact, actor=nurse, **said)
    assert not ConsentRecord.objects.exists()
    assert Contact.objects.get().consents == {}


def test_a_withdrawal_ends_the_authorization_and_is_said_once(clinic, nurse):
    contact = make_contact()
    agree(contact, "marketing", nurse, kind="authorization")
    for _ in range(2):
        services.withdraw(contact, purposes=["marketing"], evidence=PAPER, actor=nurse)
    assert (person(contact).consents, person(contact).authorizations) == (
        {"marketing": "withdrawn"},
        frozenset(),
    )
    assert ConsentRecord.objects.filter(state="withdrawn").count() == 1


def test_stopping_everything_keeps_what_was_agreed_for_the_way_back(clinic, nurse):
    contact = make_contact()
    agree(contact, "marketing", nurse)
    services.stop_everything(contact, evidence=PAPER, actor=nurse)
    services.stop_everything(contact, evidence=PAPER, actor=nurse)
    assert person(contact).has_opted_out
    services.come_back(contact, evidence=PAPER, actor=nurse)
    assert not person(contact).has_opted_out
    assert person(contact).consents == {"marketing": "granted"}
    states = ConsentRecord.objects.filter(purpose="everything").order_by("recorded_at")
    assert list(states.values_list("state", flat=True)) == ["withdrawn", "granted"]


def test_a_pause_ends_by_itself_or_by_coming_back(clinic, nurse):
    contact = make_contact()
    with clock.at(NOON):
        until = services.pause(contact, actor=nurse)
        assert until == NOON + timedelta(days=30)
        assert person(contact).has_opted_out
    with clock.at(until + timedelta(seconds=1)):
        assert not person(contact).has_opted_out
    with clock.at(NOON):
        services.come_back(contact, evidence=PAPER, actor=nurse)
        assert not person(contact).has_opted_out
    kinds = Activity.objects.order_by("id").values_list("kind", flat=True)
    assert list(kinds) == ["paused", "resumed"]


def test_an_import_never_overrides_a_persons_own_choice(clinic, nurse):
    asked, unasked = make_contact(external_id="1"), make_contact(external_id="2")
    services.withdraw(asked, purposes=["marketing"], evidence=PAPER, actor=nurse)
    withdrawn = grant_unasked(
        [asked.pk, unasked.pk], purposes=["marketing"], evidence=PAPER, actor=nurse
    )
    assert withdrawn == 1
    assert person(asked).consents == {"marketing": "withdrawn"}
    assert person(unasked).consents == {"marketing": "granted"}


@pytest.mark.parametrize(
    "change",
    ["UPDATE contacts_consentrecord SET state = 'granted'", "DELETE FROM contacts_consentrecord"],
)
def test_the_database_refuses_to_rewrite_the_ledger(clinic, nurse, change):
    agree(make_contact(), "marketing", nurse)
    with pytest.raises((ProgrammingError, IntegrityError)), connection.cursor() as cursor:
        cursor.execute(change)
    assert ConsentRecord.objects.count() == 1
