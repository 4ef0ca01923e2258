"""Storing people: new, changed, the same; sealed, found again, never another tenant's."""

import pytest
from django.db import connection

from audit.models import AuditEvent
from compliance.errors import AgreementRequired
from contacts import services
from contacts.entries import Entry, EntryRefused, read_entry
from contacts.models import Activity, Contact
from contacts.services.storing import preview, store
from contacts.synthetic import ATTRIBUTES
from tenancy import clock
from tenancy.scope import tenant_scope
from tests.factories.compliance import agreement_in_force
from tests.factories.contacts import make_contact


def entry(number: str, **attributes):
    return Entry({"external_id": number, "given_name": "Ada"}, attributes)


def test_tells_new_changed_and_same_apart(clinic):
    first = store([entry("1", plan="Medicare"), entry("2")])
    again = store([entry("1", plan="Medicare"), entry("2", plan="Medicaid"), entry("3")])
    assert [len(each) for each in (first.created, first.changed, first.same)] == [2, 0, 0]
    assert [len(each) for each in (again.created, again.changed, again.same)] == [1, 1, 1]
    assert Contact.objects.count() == 3


def test_what_is_not_said_stays_and_what_is_cleared_goes(clinic):
    store(
        [
            Entry(
                {"external_id": "1", "email": "a@x.example", "phone": "+15550100142"}, {"plan": "A"}
            )
        ]
    )
    store([Entry({"external_id": "1", "given_name": "Ada"}, {}, frozenset({"phone"}))])
    contact = Contact.objects.get()
    assert contact.identity == {"external_id": "1", "email": "a@x.example", "given_name": "Ada"}
    assert contact.attributes == {"plan": "A"}
    assert (contact.email_index is None, contact.phone_index is None) == (False, True)


def test_the_last_of_two_entries_with_one_number_counts(clinic):
    store([entry("1", plan="A"), entry("1", plan="B")])
    assert Contact.objects.get().attributes == {"plan": "B"}


def test_a_preview_writes_nothing(clinic):
    store([entry("1")])
    seen = preview([entry("1"), entry("1", plan="A"), entry("2")])
    assert (len(seen.created), len(seen.changed)) == (1, 1)
    assert Contact.objects.get().attributes == {}


def test_two_tenants_have_the_same_number_and_do_not_link(clinic, other_clinic):
    store([entry("1")])
    with tenant_scope(other_clinic.id):
        assert len(store([entry("1")]).created) == 1
        theirs = Contact.objects.get()
    assert Contact.objects.get().external_id_index != theirs.external_id_index


def test_no_value_is_readable_in_the_table(clinic):
    make_contact(given_name="Marisol", conditions="asthma")
    with connection.cursor() as cursor:
        cursor.execute("SELECT c::text FROM contacts_contact c")
        (row,) = [line for (line,) in cursor.fetchall()]
    for value in ("Marisol", "asthma", "harbourmail"):
        assert value not in row
        assert value.encode().hex() not in row


def test_nobody_is_stored_before_the_agreement(clinic, nurse):
    with pytest.raises(AgreementRequired):
        services.add(entry("1"), actor=nurse)
    assert not Contact.objects.exists()
    assert not AuditEvent.objects.exists()


def test_refuses_a_record_number_that_exists(clinic, nurse):
    agreement_in_force()
    services.add(entry("1"), actor=nurse)
    with pytest.raises(services.RecordNumberTaken):
        services.add(entry("1"), actor=nurse)
    assert Contact.objects.get().identity["given_name"] == "Ada"


def test_a_change_names_the_fields_and_not_the_values(clinic, nurse):
    agreement_in_force()
    contact = make_contact(external_id="1")
    changed = services.change(contact, entry("1", plan="Medicare"), actor=nurse)
    event = AuditEvent.objects.get(action="contact.changed")
    assert event.detail == {"fields": ["external_id", "given_name", "plan"]}
    assert changed.attributes == {"plan": "Medicare"}
    assert Activity.objects.get(contact=contact).kind == "changed"


def test_the_record_number_of_a_contact_stays(clinic, nurse):
    agreement_in_force()
    contact = make_contact(external_id="1")
    with pytest.raises(services.RecordNumberTaken):
        services.change(contact, entry("2"), actor=nurse)
    assert Contact.objects.get().identity["external_id"] == "1"


def test_values_of_a_form_are_converted_or_refused_by_field(clinic):
    today = clock.now().date()
    read = read_entry(
        {"external_id": "1", "phone": "(555) 010-0142", "email": ""},
        {"balance_due": "12.50", "plan": "medicare"},
        schema=ATTRIBUTES,
        today=today,
    )
    assert read.identity == {"external_id": "1", "phone": "+15550100142"}
    assert read.attributes == {"balance_due": 12.5, "plan": "Medicare"}
    assert read.cleared == {"email"}
    with pytest.raises(EntryRefused) as refused:
        read_entry({"email": "ada@"}, {"shoe": 41}, schema=ATTRIBUTES, today=today)
    assert set(refused.value.problems) == {"external_id", "email", "shoe"}


def test_looking_needs_a_reason_and_leaves_a_trace(clinic, nurse):
    contact = make_contact()
    with pytest.raises(services.ReasonNeeded):
        services.reveal(contact, reason=" ", classes=["limited"], actor=nurse)
    assert not AuditEvent.objects.exists()
    services.reveal(contact, reason="Patient on the phone", classes=["limited"], actor=nurse)
    event = AuditEvent.objects.get(action="contact.revealed")
    assert event.detail == {"reason": "Patient on the phone", "classes": ["limited"]}
