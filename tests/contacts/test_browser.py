"""What only a browser shows of the pages about people: dialogs that stay, labels that follow a choice."""

import re

import pytest

from audit.models import AuditEvent
from contacts.models import Contact
from tests.accounts.signing_in import make_member
from tests.browser import violations
from tests.factories.contacts import make_contact

pytestmark = pytest.mark.browser


def test_the_dialog_for_a_reason_stays_with_what_was_chosen_until_it_is_complete(
    open_as, clinic, agreement
):
    contact = make_contact(given_name="Marisol")
    page = open_as(make_member(clinic, "marketer"), f"/contacts/{contact.pk}/")
    page.get_by_role("button", name="Show data").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("textbox", name="Say more (optional)").wait_for()
    dialog.get_by_label("Something else").check()
    dialog.get_by_role("textbox", name="Say what for").fill("abc")
    dialog.get_by_role("button", name="Show for five minutes").click()
    dialog.get_by_text("Say what for, in a few words.").wait_for()
    assert dialog.get_by_label("Something else").is_checked()
    note = dialog.get_by_role("textbox", name="Say what for", exact=True)
    assert note.input_value() == "abc"
    assert violations(page) == []
    note.fill("A letter came back")
    dialog.get_by_role("button", name="Show for five minutes").click()
    page.get_by_role("heading", name="Marisol").wait_for()
    (event,) = AuditEvent.objects.filter(action="contact.revealed")
    assert event.detail["reason"] == "A letter came back"


def test_real_values_of_a_file_are_shown_without_losing_what_was_chosen(open_as, clinic, agreement):
    page = open_as(make_member(clinic, "marketer"), "/imports/new/")
    lines = b"MRN,Name,Plan\n1,Mar\xc3\xada-Jos\xc3\xa9,Medicare\n"
    page.set_input_files(
        "input[type=file]", {"name": "a.csv", "mimeType": "text/csv", "buffer": lines}
    )
    page.get_by_role("button", name="Upload").click()
    page.get_by_label("Field for column Name").select_option(label="Family name · Limited PHI")
    page.get_by_role("button", name="Show the first values").click()
    page.get_by_text("María-José").wait_for()
    chosen = page.get_by_label("Field for column Name").input_value()
    assert chosen == "family_name"
    assert violations(page) == []
    page.set_viewport_size({"width": 320, "height": 700})
    page.get_by_text("María-José").wait_for()
    page.evaluate(
        "document.querySelector('count-down').dispatchEvent(new Event('elapsed', {bubbles: true}))"
    )
    assert page.get_by_text("María-José").count() == 0
    assert page.get_by_label("Field for column Name").input_value() == "family_name"


def test_pressing_twice_adds_one_contact_and_shows_it(open_as, clinic, agreement):
    page = open_as(make_member(clinic, "marketer"), "/contacts/new/")
    page.get_by_label("Record number").fill("R-77")
    page.get_by_role("button", name="Add the contact").dblclick()
    page.wait_for_url(re.compile(r"/contacts/[0-9a-f-]{36}/$"))
    assert Contact.objects.count() == 1
    page.go_back()
    page.get_by_label("Record number").fill("R-78")
    page.get_by_label("Record number").press("Enter")
    page.wait_for_url(re.compile(r"/contacts/[0-9a-f-]{36}/$"))
    assert Contact.objects.count() == 2


def test_a_request_for_less_protection_is_recorded_after_the_warning(open_as, clinic, agreement):
    contact = make_contact()
    page = open_as(make_member(clinic, "marketer"), f"/contacts/{contact.pk}/unprotected/")
    assert violations(page) == []
    page.get_by_label("Also without any encryption").check()
    page.get_by_label("They want us to reach them this way").check()
    page.get_by_label("How did they ask?").fill("A call")
    page.get_by_label("When").fill("2026-11-20")
    page.get_by_label("I read the warning to this person").check()
    page.get_by_role("button", name="Record the request").click()
    page.get_by_text("The request is recorded.", exact=True).wait_for()
