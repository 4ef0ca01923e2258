"""What only a browser shows of the pages about people: dialogs that stay, labels that follow a choice."""

import pytest

from audit.models import AuditEvent
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
    assert dialog.get_by_role("textbox", name="Say more (optional)").is_visible()
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
