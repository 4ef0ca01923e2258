"""The pages of campaigns in a browser: strict policy, axe, both themes, phone width; and the stories."""

import pytest

from campaigns.models import Campaign
from campaigns.recipes import recipes
from campaigns.services import approvals, drafts
from tests.browser import assert_accessible
from tests.factories.campaigns import MARKETER, segment

pytestmark = pytest.mark.browser


@pytest.fixture
def campaign(busy_clinic):
    return drafts.create_from_recipe(recipes()["appointment"], actor=MARKETER)


@pytest.fixture
def submitted(campaign):
    approvals.submit(campaign, version=campaign.version, actor=MARKETER)
    return campaign


@pytest.mark.parametrize("path", ["", "?edit=audience", "?edit=timing", "content/", "preview/"])
def test_page_of_a_draft_stands(open_as, marketer, campaign, path):
    page = open_as(marketer, f"/campaigns/{campaign.pk}/{path}")
    page.wait_for_load_state("networkidle")
    assert_accessible(page)


def test_who_does_not_write_reads_the_blocks(open_as, officer, campaign):
    page = open_as(officer, f"/campaigns/{campaign.pk}/content/")
    page.locator(".sp-paper .sp-block-plain").nth(2).wait_for()
    assert page.locator("main button").count() == 0
    assert_accessible(page)


@pytest.mark.parametrize(
    "path",
    ["/campaigns/", "/campaigns/new/", "/templates/", "/templates/new/", "/templates/brand/"],
)
def test_list_stands(open_as, marketer, campaign, path):
    assert_accessible(open_as(marketer, path))


def test_review_stands(open_as, officer, submitted):
    page = open_as(officer, f"/campaigns/{submitted.pk}/review/")
    page.wait_for_load_state("networkidle")
    assert_accessible(page)


SHORT = {
    "subject": "A reminder",
    "preheader": "Please read.",
    "blocks": [
        {"id": "a", "type": "heading", "text": "Hello"},
        {"id": "b", "type": "text", "text": "We are open again."},
    ],
}


@pytest.mark.parametrize("width", ["Desktop", "Phone"])
@pytest.mark.parametrize("is_short", [True, False])
def test_the_frame_of_the_review_is_about_as_high_as_the_message(
    open_as, officer, campaign, is_short, width
):
    if is_short:
        campaign.content = SHORT
        campaign.save()
    approvals.submit(campaign, version=campaign.version, actor=MARKETER)
    page = open_as(officer, f"/campaigns/{campaign.pk}/review/")
    page.get_by_role("link", name=width, exact=True).click()
    page.wait_for_load_state("networkidle")
    frame = page.locator("iframe")
    assert frame.get_attribute("data-width") == width.lower()
    message = page.frames[1].locator("body").bounding_box()["height"]
    assert abs(message - frame.bounding_box()["height"]) < 160


@pytest.fixture
def editor(open_as, marketer, campaign):
    """The editor with the visit card selected, and everything saved."""
    page = open_as(marketer, f"/campaigns/{campaign.pk}/content/")
    page.locator('[data-id="r1"]').click()
    return page


def saved(page):
    page.get_by_text("Saved", exact=True).wait_for()
    return Campaign.objects.get().content


def ids(content):
    return [block["id"] for block in content["blocks"]]


def test_keys_move_a_block_and_take_it_back(editor):
    before = ids(saved(editor))
    editor.locator('[data-id="r1"]').press("Alt+ArrowUp")
    editor.get_by_text("Not saved yet").wait_for()
    assert ids(saved(editor)) == [before[1], before[0], *before[2:]]
    editor.keyboard.press("Control+z")
    editor.get_by_text("Not saved yet").wait_for()
    assert ids(saved(editor)) == before


def test_two_braces_open_the_list_of_fields(editor):
    field = editor.get_by_label("Where", exact=True)
    field.fill("")
    field.press_sequentially("At {{ cli")
    editor.get_by_role("option", name="clinic Clinic").wait_for()
    field.press("Enter")
    assert field.input_value() == "At {{ clinic }}"
    editor.get_by_text("Not saved yet").wait_for()
    assert saved(editor)["blocks"][1]["where"] == "At {{ clinic }}"


def test_a_new_block_goes_below_the_selected_one(editor):
    editor.get_by_role("button", name="Divider").click()
    editor.get_by_text("Not saved yet").wait_for()
    assert [block["type"] for block in saved(editor)["blocks"]][1:3] == ["appointment", "divider"]
    editor.get_by_role("button", name="Delete").click()
    editor.get_by_text("Not saved yet").wait_for()
    assert saved(editor)["blocks"][2]["type"] == "text"


def test_the_subject_refuses_phi_and_offers_a_safe_wording(editor):
    subject = editor.get_by_label("Subject")
    subject.fill("{{ given_name }}, come in")
    editor.get_by_text("given_name is about a patient").wait_for()
    editor.get_by_role("button", name="Use a safe wording").click()
    assert subject.input_value() == "A reminder from {{ organization }}"
    editor.get_by_text("No PHI found").wait_for()


def test_done_stores_what_was_typed_a_moment_ago(editor, campaign):
    editor.get_by_label("Subject").fill("Typed and left")
    editor.get_by_role("link", name="Done").click()
    editor.wait_for_url(f"**/campaigns/{campaign.pk}/")
    assert Campaign.objects.get().content["subject"] == "Typed and left"


def test_nobody_overwrites_what_another_saved(editor, campaign):
    drafts.change(campaign, {"content": {"subject": "Theirs"}}, version=1, actor=MARKETER)
    editor.get_by_label("Subject").fill("Mine")
    editor.get_by_text("Somebody else saved this while you were editing").wait_for()
    assert Campaign.objects.get().content["subject"] == "Theirs"
    assert editor.get_by_label("Subject").input_value() == "Mine"
    editor.problems.clear()  # the refusal itself


def test_an_expert_goes_on_in_mjml_and_back(editor):
    editor.get_by_role("button", name="Write MJML instead").click()
    source = editor.get_by_label("MJML. The footer is added to it.")
    assert "<mj-section" in source.input_value()
    editor.get_by_text("Not saved yet").wait_for()
    assert "{% if provider %}" in saved(editor)["mjml"]
    editor.get_by_role("button", name="Undo").click()
    editor.get_by_text("Not saved yet").wait_for()
    assert "mjml" not in saved(editor)


class Clicks:
    """A page whose clicks are counted."""

    def __init__(self, page):
        self.page, self.count = page, 0

    def on(self, role, name):
        self.count += 1
        self.page.get_by_role(role, name=name).first.click()


def test_a_marketer_goes_from_home_to_submitted_in_eight_clicks(open_as, busy_clinic, marketer):
    segment("People of Harbour")
    clicks = Clicks(open_as(marketer, "/"))
    clicks.on("link", "Campaigns")
    clicks.on("link", "New campaign")
    clicks.on("button", "Appointment reminder")
    clicks.on("link", "Change audience")
    clicks.on("radio", "People of Harbour")
    clicks.on("button", "Save")
    clicks.on("button", "Send the test")
    clicks.on("button", "Submit for approval")
    clicks.page.get_by_text("Waiting for approval").first.wait_for()
    assert clicks.count <= 8
    campaign = Campaign.objects.get()
    assert (campaign.status, campaign.segment.name) == ("submitted", "People of Harbour")


def test_an_approver_goes_from_home_to_sent_in_four_clicks(open_as, officer, submitted):
    clicks = Clicks(open_as(officer, "/"))
    clicks.on("link", "Campaigns")
    clicks.on("link", submitted.name)
    clicks.on("link", "Review it")
    clicks.on("button", "Approve and send")
    clicks.page.get_by_text("It goes out in").wait_for()
    assert clicks.count <= 4
    assert Campaign.objects.get().status == Campaign.Status.SCHEDULED


def test_the_preview_runs_no_script_and_steps_to_the_next_person(open_as, marketer, campaign):
    page = open_as(marketer, f"/campaigns/{campaign.pk}/preview/")
    frame = page.frame_locator("iframe")
    frame.get_by_text("Hello A•••••").wait_for()
    page.get_by_role("link", name="Next person").click()
    page.frame_locator("iframe").get_by_text("Hello B•••••").wait_for()
    assert page.locator("iframe").get_attribute("sandbox") == ""


def test_the_preview_asks_for_a_reason_as_the_page_of_a_person_does(open_as, marketer, campaign):
    page = open_as(marketer, f"/campaigns/{campaign.pk}/preview/")
    page.get_by_role("button", name="Show real values").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Something else").check()
    dialog.get_by_role("textbox", name="Say what for").fill("abc")
    dialog.get_by_role("button", name="Show", exact=True).click()
    dialog.get_by_text("Say what for, in a few words.").wait_for()
    assert_accessible(page)
    dialog.get_by_label("Checking a message before it is sent").check()
    dialog.get_by_role("button", name="Show", exact=True).click()
    page.frame_locator("iframe").get_by_text("Hello Ada").wait_for()
