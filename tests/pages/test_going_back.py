"""Back, Forward and Reload after forms, by real clicks: no page is lost, and nothing is sent again."""

import pytest
from django.conf import settings

from contacts.models import Contact, ContactExport, Look
from tests.accounts.signing_in import browser_of, make_member
from tests.browser import assert_accessible, of_host
from tests.factories.campaigns import ready_campaign
from tests.factories.compliance import agreement_in_force
from tests.factories.contacts import make_contact

pytestmark = pytest.mark.browser


@pytest.fixture
def mara(clinic):
    agreement_in_force()
    return make_member(clinic, "marketer", "Mara Marketer")


def test_back_to_the_preview_of_an_export(open_as, mara):
    make_contact()
    page = open_as(mara, "/exports/new/")
    page.get_by_label("Letters and calls").check()
    page.get_by_label("Who gets it").fill("For the printer")
    page.get_by_role("button", name="Show what the file would hold").click()
    page.get_by_role("button", name="Export 1 person").click()
    page.get_by_role("heading", name="Export for letters and calls").wait_for()
    assert page.go_back().status == 200
    page.get_by_role("button", name="Export 1 person").wait_for()
    assert page.get_by_label("Who gets it").input_value() == "For the printer"
    assert page.reload().status == 200
    assert page.get_by_label("Letters and calls").is_checked()
    page.go_back()
    page.get_by_role("button", name="Show what the file would hold").wait_for()
    page.go_forward()
    page.get_by_role("button", name="Export 1 person").wait_for()
    assert_accessible(page)
    assert (ContactExport.objects.count(), Look.objects.filter(kind="sample").count()) == (1, 1)


def test_back_to_a_form_that_was_refused(open_as, mara):
    page = open_as(mara, "/contacts/new/")
    page.get_by_label("Record number").fill("EV-1")
    page.get_by_label("Email").fill("ada@nowhere")
    page.get_by_role("button", name="Add the contact").click()
    page.wait_for_url("**/contacts/new/?answer=*")
    page.get_by_role("link", name="Segments").first.click()
    page.get_by_role("heading", name="Segments").wait_for()
    assert page.go_back().headers["cache-control"] == "no-store"
    assert page.get_by_label("Email").input_value() == "ada@nowhere"
    page.get_by_label("Email").fill("ada@x.example")
    page.get_by_role("button", name="Add the contact").click()
    page.wait_for_url("**/contacts/*-*/")
    assert Contact.objects.get().identity["email"] == "ada@x.example"


def test_back_to_a_message_with_real_values(open_as, mara):
    campaign = ready_campaign()
    make_contact(given_name="Marisol")
    page = open_as(mara, f"/campaigns/{campaign.pk}/preview/")
    page.get_by_role("button", name="Show real values").click()
    page.get_by_label("phone or at the desk").check()
    page.get_by_role("button", name="Show").last.click()
    page.get_by_text("Real values shown.").wait_for()
    page.get_by_role("link", name="Segments").first.click()
    page.get_by_role("heading", name="Segments").wait_for()
    assert page.go_back().status == 200
    page.get_by_text("Real values shown.").wait_for()
    assert Look.objects.filter(kind="reveal").count() == 1


def test_two_presses_without_scripts_make_one(server_port, chromium, mara):
    context = chromium.new_context(java_script_enabled=False)
    cookies = browser_of(mara).cookies.items()
    context.add_cookies([of_host("staff", name, morsel.value) for name, morsel in cookies])
    page = context.new_page()
    page.goto(f"{settings.ORIGINS['staff']}/contacts/new/")
    page.get_by_label("Record number").fill("EV-1")
    page.get_by_role("button", name="Add the contact").dblclick(no_wait_after=True)
    page.wait_for_url("**/contacts/*-*/")
    assert Contact.objects.count() == 1
    context.close()
