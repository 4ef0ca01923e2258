"""Pages about people: masked until somebody says why, never in an address, never another tenant's."""

import re

import pytest

from audit.models import AuditEvent
from contacts.models import Attribute, ConsentRecord, Contact
from tenancy import clock
from tenancy.scope import tenant_scope
from tests.factories.contacts import make_contact, make_schema

REASON = {"reason": "The person is on the phone or at the desk", "note": ""}


def text_of(response) -> str:
    return re.sub(r"\s+", " ", response.content.decode())


def test_the_list_is_masked(clinic, marketer, agreement):
    make_contact(external_id="EV-100234", given_name="Marisol")
    page = text_of(marketer.get("/contacts/"))
    assert "•••••234" in page
    assert "EV-100234" not in page
    assert "Care" in page
    assert "Marisol" not in page
    assert "ada@" not in page


def test_a_search_leaves_no_trace_in_the_address(clinic, marketer, agreement):
    make_contact(external_id="EV-100234", given_name="Marisol")
    make_contact(external_id="EV-100235")
    answer = marketer.post("/contacts/search/", {"text": "marisol"})
    assert answer.status_code == 200
    assert "•••••234" in text_of(answer)
    assert "•••••235" not in text_of(answer)
    assert marketer.get("/contacts/search/?text=marisol").status_code == 405


def test_data_is_shown_for_a_reason_for_five_minutes(clinic, marketer, agreement):
    make_schema()
    contact = make_contact(given_name="Marisol", plan="Medicare")
    url = f"/contacts/{contact.pk}/"
    page = text_of(marketer.get(url))
    assert "Marisol" not in page
    assert "M•••••<" not in page.partition("Plan</dt>")[2][:60]
    assert marketer.post(f"{url}reveal/", {"reason": "other", "note": ""}).status_code == 422
    assert not AuditEvent.objects.filter(action="contact.revealed").exists()
    marketer.post(f"{url}reveal/", REASON)
    page = text_of(marketer.get(url))
    assert "Marisol" in page
    assert "Medicare" in page
    assert "<title>" in page
    assert "Marisol" not in page.partition("</title>")[0]
    event = AuditEvent.objects.get(action="contact.revealed")
    assert event.detail["classes"] == ["limited", "phi"]
    with clock.at(clock.now() + clock_step()):
        assert "Marisol" not in text_of(marketer.get(url))


def test_a_record_number_is_masked_until_it_is_shown(clinic, marketer, agreement):
    contact = make_contact(external_id="EV-100234", given_name="", family_name="")
    url = f"/contacts/{contact.pk}/"
    page = text_of(marketer.get(url))
    assert "EV-100234" not in page
    assert page.count("•••••234") == 2
    assert "No name on file" in page
    marketer.post(f"{url}reveal/", REASON)
    page = text_of(marketer.get(url))
    assert page.count("EV-100234") == 2
    assert "EV-100234" not in page.partition("</title>")[0]


def clock_step():
    from contacts.models.looks import REVEAL_LASTS

    return REVEAL_LASTS


def test_data_can_be_masked_at_once(clinic, marketer, agreement):
    contact = make_contact(given_name="Marisol")
    marketer.post(f"/contacts/{contact.pk}/reveal/", REASON)
    marketer.post(f"/contacts/{contact.pk}/hide/")
    assert "Marisol" not in text_of(marketer.get(f"/contacts/{contact.pk}/"))


def test_special_fields_are_for_those_who_may(clinic, marketer, agreement):
    make_schema()
    contact = make_contact(conditions="asthma")
    marketer.post(f"/contacts/{contact.pk}/reveal/", REASON)
    page = text_of(marketer.get(f"/contacts/{contact.pk}/"))
    assert "Your role cannot see these fields." in page
    assert "asthma" not in page
    form = text_of(marketer.get(f"/contacts/{contact.pk}/edit/"))
    assert "asthma" not in form


def test_a_field_that_a_role_cannot_see_survives_its_edits(clinic, marketer, agreement):
    make_schema()
    contact = make_contact(conditions="asthma")
    marketer.post(f"/contacts/{contact.pk}/reveal/", REASON)
    answer = marketer.post(
        f"/contacts/{contact.pk}/edit/", {"given_name": "Bo", "plan": "Medicaid"}
    )
    assert answer.status_code == 302
    changed = Contact.objects.get()
    assert changed.attributes == {"conditions": "asthma", "plan": "Medicaid"}
    assert changed.identity == {
        "external_id": contact.identity["external_id"], "given_name": "Bo",
    }  # fmt: skip


def test_the_form_opens_only_while_data_is_shown(clinic, marketer, agreement):
    contact = make_contact()
    assert marketer.get(f"/contacts/{contact.pk}/edit/").status_code == 302


def test_a_contact_is_added_or_the_form_says_what_is_wrong(clinic, marketer, agreement):
    bad = marketer.post("/contacts/new/", {"external_id": "EV-1", "email": "ada@"})
    assert bad.status_code == 422
    assert not Contact.objects.exists()
    marketer.post("/contacts/new/", {"external_id": "EV-1", "email": "ada@x.example"})
    assert Contact.objects.get().identity == {"external_id": "EV-1", "email": "ada@x.example"}


def test_without_an_agreement_the_pages_lead_to_it(clinic, marketer):
    for url in ("/contacts/", "/contacts/new/", "/imports/new/"):
        page = text_of(marketer.get(url))
        assert "The business associate agreement is not in force yet." in page
    answer = marketer.post("/contacts/new/", {"external_id": "EV-1"})
    assert answer.status_code == 422
    assert not Contact.objects.exists()


def test_staff_records_what_a_person_said(clinic, marketer, agreement):
    contact = make_contact()
    said = {
        "purpose": "marketing", "state": "authorization", "source": "Form C-12",
        "wording": "I authorize", "kept": "Cabinet 3", "said_on": "2026-05-03",
    }  # fmt: skip
    url = f"/contacts/{contact.pk}/consent/"
    assert marketer.post(url, said | {"kept": ""}).status_code == 422
    assert marketer.post(url, said).status_code == 302
    assert ConsentRecord.objects.get().kind == "authorization"
    page = text_of(marketer.get(f"/contacts/{contact.pk}/?view=consent"))
    assert "Marketing email: yes" in page
    assert "Cabinet 3" in page
    marketer.post(url, said | {"state": "withdrawn"})
    assert "Marketing email: no" in text_of(marketer.get(f"/contacts/{contact.pk}/"))


def test_fields_are_added_and_changed(clinic, marketer):
    url = "/settings/fields/new/"
    said = {"label": "Last mammogram", "kind": "date", "phi_class": "phi", "choices": ""}
    assert marketer.post(url, said).status_code == 302
    assert marketer.post(url, said).status_code == 422
    assert marketer.post(url, said | {"label": "Plan", "kind": "choice"}).status_code == 422
    attribute = Attribute.objects.get()
    assert (attribute.key, attribute.type) == ("last_mammogram", "date")
    marketer.post(
        f"/settings/fields/{attribute.pk}/", said | {"phi_class": "special", "kind": "text"}
    )
    attribute.refresh_from_db()
    assert (attribute.phi_class, attribute.type) == ("special", "date")


@pytest.mark.parametrize("path", ["", "edit/", "consent/", "reveal/", "hide/"])
def test_another_tenants_contact_is_not_found(clinic, other_clinic, marketer, path):
    with tenant_scope(other_clinic.id):
        contact = make_contact()
    send = marketer.post if path in {"reveal/", "hide/"} else marketer.get
    assert send(f"/contacts/{contact.pk}/{path}", REASON).status_code == 404


@pytest.mark.parametrize("url", ["/contacts/", "/contacts/new/", "/imports/", "/imports/new/"])
def test_an_analyst_sees_no_people(clinic, analyst, url):
    assert analyst.get(url).status_code == 403
