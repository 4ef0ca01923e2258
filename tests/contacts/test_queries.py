"""Reading people: streams, search, and the verdict on one person."""

from datetime import timedelta

import pytest

from audit.services import SYSTEM
from compliance.facts import Reason, SuppressionReason
from compliance.services import suppress
from contacts import queries, services
from contacts.entries import Entry
from contacts.queries import streaming
from contacts.services.storing import store
from tenancy import clock
from tenancy.scope import tenant_scope
from tests.factories.compliance import agreement_in_force
from tests.factories.contacts import agree, make_contact


@pytest.fixture
def small_pages(monkeypatch):
    monkeypatch.setattr(streaming, "PAGE_SIZE", 3)


def test_everybody_is_streamed_once_page_by_page(clinic, other_clinic, small_pages):
    with tenant_scope(other_clinic.id):
        make_contact(external_id="theirs")
    store(Entry({"external_id": str(number)}) for number in range(7))
    numbers = [person.identity["external_id"] for person in queries.people()]
    assert sorted(numbers) == [str(number) for number in range(7)]


def test_only_those_named_are_streamed(clinic, small_pages):
    named = [make_contact(external_id=str(number)).pk for number in range(4)]
    make_contact(external_id="other")
    assert {person.contact_id for person in queries.people(named)} == set(named)
    assert list(queries.people([])) == []


def test_standing_comes_with_the_person(clinic):
    contact = make_contact(is_patient=False, deceased_at="2026-05-01")
    services.choose_route(contact, prefers_portal=True, actor=SYSTEM)
    (person,) = queries.people()
    assert (person.is_patient, person.is_deceased, person.prefers_portal) == (False, True, True)


def test_activity_is_newest_first_and_not_older_than_asked(clinic):
    contact = make_contact()
    now = clock.now()
    services.record_facts(
        services.Fact(contact.pk, kind, "campaign", occurred_at=now - timedelta(days=days))
        for kind, days in (("sent", 9), ("opened", 2), ("clicked", 1))
    )
    (person,) = queries.people_with_activity(since=now - timedelta(days=3))
    assert [happening.kind for happening in person.activity] == ["clicked", "opened"]
    with pytest.raises(ValueError, match="not a kind"):
        services.record_facts([services.Fact(contact.pk, "winked", "campaign")])


@pytest.mark.parametrize(
    "text",
    [
        "EV-7",
        "MUÑOZ@harbourmail.example".replace("Ñ", "N"),
        "(555) 010-0142",
        "muñ",
        "lucia munoz",
        "Luc",
    ],
)
def test_a_person_is_found_by_number_address_phone_or_name(clinic, text):
    make_contact(external_id="EV-8", given_name="Bo", family_name="Vance", email="bo@x.example")
    contact = make_contact(
        external_id="EV-7", given_name="Lucía", family_name="Muñoz",
        email="munoz@harbourmail.example", phone="+15550100142",
    )  # fmt: skip
    assert [found.pk for found in queries.find(text)] == [contact.pk]


def test_nobody_is_found_for_nothing_or_for_another_tenants_person(clinic, other_clinic):
    with tenant_scope(other_clinic.id):
        make_contact(external_id="EV-7")
    assert queries.find("EV-7") == []
    assert queries.find("  ") == []


def test_the_list_turns_pages_by_cursor(clinic, monkeypatch):
    monkeypatch.setattr("contacts.queries.searching.PAGE_SIZE", 2)
    contacts = [make_contact(external_id=str(number)) for number in range(5)][::-1]
    first = queries.page()
    second = queries.page(older_than=first.older)
    last = queries.page(older_than=second.older)
    assert [c.pk for c in (*first.contacts, *second.contacts, *last.contacts)] == [
        c.pk for c in contacts
    ]
    assert (first.newer, last.older) == (None, None)
    assert queries.page(newer_than=last.newer).contacts == second.contacts


def verdicts(contact):
    (person,) = queries.people([contact.pk])
    return {reach.purpose.value: reach for reach in queries.reachability(person)}


def test_care_mail_is_allowed_and_marketing_waits_for_a_signature(clinic, nurse):
    agreement_in_force()
    contact = make_contact()
    agree(contact, "marketing", nurse)
    found = verdicts(contact)
    assert found["appointment"].is_allowed
    assert found["marketing"].verdict.reasons == (Reason.AUTHORIZATION_MISSING,)
    assert found["marketing"].record.evidence["kept"] == "Cabinet 3"
    agree(contact, "marketing", nurse, kind="authorization")
    assert verdicts(contact)["marketing"].is_allowed


def test_somebody_who_is_no_patient_must_opt_in_even_to_care_mail(clinic, nurse):
    agreement_in_force()
    contact = make_contact(is_patient=False)
    before = verdicts(contact)["appointment"]
    assert before.verdict.reasons == (Reason.NO_PATIENT_NO_OPT_IN,)
    assert before.basis == "People who are no patients must have opted in."
    agree(contact, "appointment", nurse)
    assert verdicts(contact)["appointment"].is_allowed
    assert verdicts(make_contact())["appointment"].basis.startswith("Patients need not agree;")


def test_every_reason_is_named(clinic, nurse):
    agreement_in_force()
    contact = make_contact(deceased_at="yes")
    make_contact(external_id="other")
    suppress(
        "ada@harbourmail.example", reason=SuppressionReason.BOUNCED, source="delivery", actor=nurse
    )
    services.withdraw(
        contact, purposes=["appointment"], evidence=services.Evidence("Call", "Stop"), actor=nurse
    )
    assert verdicts(contact)["appointment"].verdict.reasons == (
        Reason.CONSENT_WITHDRAWN,
        Reason.BOUNCED,
        Reason.DECEASED,
        Reason.SHARED_ADDRESS,
    )
