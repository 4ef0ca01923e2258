"""The builder in a browser: it counts as one types, keeps the focus, and stands the watch."""

import pytest

from audit.services import SYSTEM
from segments import services
from segments.models import Segment
from tests.accounts.signing_in import make_member
from tests.browser import DESKTOP, PHONE, assert_accessible, violations
from tests.factories.compliance import agreement_in_force
from tests.factories.delivery import make_campaign
from tests.segments.clinic import add_people, make_schema
from tests.segments.people import condition, group

pytestmark = pytest.mark.browser

OVERDUE = group(
    "all",
    condition("identity.age", "between", low=50, high=74),
    group(
        "any",
        condition("attribute.plan", "is", value="Gold"),
        condition("attribute.city", "not_known"),
    ),
    group(
        "none",
        condition("attribute.smoker", "yes"),
        condition("activity.opened", "did", times=2, amount=30, unit="days"),
    ),
)


@pytest.fixture
def marketer(clinic):
    make_schema()
    agreement_in_force()
    add_people(
        *((f"Ada{number}", {"plan": "Gold", "city": "Elm"}) for number in range(14)),
        ("Bo", {"plan": "Silver", "smoker": True}),
        ("Cy", {"plan": "Gold", "smoker": True}),
    )
    return make_member(clinic, "marketer", "Mara Marketer")


@pytest.fixture
def segment(marketer, nurse):
    return services.create(name="Gold in their prime", rule=OVERDUE, actor=nurse)


def test_the_list_stands(open_as, marketer, segment):
    assert_accessible(open_as(marketer, "/segments/"))


def test_the_builder_counts_and_stands(open_as, marketer, segment):
    page = open_as(marketer, f"/segments/{segment.pk}/")
    page.get_by_text("Exact, counted in").wait_for()
    assert page.locator("#preview .sp-big").inner_text() == "14"
    page.get_by_text("May receive it").wait_for()
    assert_accessible(page)


def test_builds_a_segment_by_hand(open_as, marketer):
    page = open_as(marketer, "/segments/new/")
    page.get_by_label("Name").fill("Gold plan")
    page.get_by_label("Field").select_option(label="Plan")
    page.get_by_label("Choice").select_option(label="Gold")
    page.get_by_text("People whose Plan is “Gold”.").wait_for()
    assert page.locator("#preview .sp-big").inner_text() == "15"
    page.get_by_role("button", name="Add rule").click()
    page.get_by_label("Field").nth(1).select_option(label="Smoker")
    page.get_by_label("Condition").nth(1).select_option(label="is yes")
    page.get_by_text("Being in this segment is PHI").wait_for()
    page.locator("#rule-1-n", has_text="1").wait_for()
    assert_accessible(page)
    page.get_by_role("button", name="Save").click()
    page.get_by_text("The segment is saved.").wait_for()
    assert Segment.objects.get().rule["rules"][1] == condition("attribute.smoker", "yes")


def test_languages_are_ticked_by_name(open_as, marketer):
    page = open_as(marketer, "/segments/new/")
    page.get_by_label("Field").select_option(label="Language")
    page.get_by_label("Condition").select_option(label="is one of")
    page.get_by_label("Haitian Creole").check()
    page.get_by_label("Spanish").check()
    page.get_by_text("People whose Language is “Spanish” or “Haitian Creole”.").wait_for()
    assert_accessible(page)
    page.get_by_label("Condition").select_option(label="is not")
    page.get_by_label("Choice", exact=True).select_option(label="Vietnamese")
    page.get_by_text("is known and not “Vietnamese”").wait_for()


def test_says_who_may_receive_mail_before_a_new_segment_is_saved(open_as, marketer):
    page = open_as(marketer, "/segments/new/")
    page.get_by_text("Finish the rule to see how many may receive mail.").wait_for()
    page.wait_for_load_state("networkidle")
    with page.expect_response("**/segments/reach/"):
        page.get_by_label("Field").select_option(label="Age")
    with page.expect_response("**/segments/reach/"):
        page.get_by_label("Condition").select_option(label="is at least")
    page.get_by_label("Number").fill("50")
    page.locator("#reach dl", has_text="May receive it16").wait_for(timeout=5_000)
    page.get_by_label("Number").fill("130")
    page.locator("#reach dl", has_text="May receive it0").wait_for(timeout=5_000)
    assert_accessible(page)
    assert not Segment.objects.exists()


SAVED = "The segment is saved."
OVERLAPS = """
(toast) => [...document.querySelectorAll("main button, main a, main aside")].filter((each) => {
  const [a, b] = [toast.getBoundingClientRect(), each.getBoundingClientRect()];
  return b.width && a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}).map((each) => each.outerHTML.slice(0, 80))
"""


@pytest.mark.parametrize("size", [DESKTOP, PHONE, {"width": 320, "height": 640}])
def test_what_was_done_is_said_below_the_actions_and_can_be_dismissed(
    open_as, marketer, segment, size
):
    page = open_as(marketer, f"/segments/{segment.pk}/")
    page.set_viewport_size(size)
    page.get_by_role("button", name="Save").click()
    toast = page.locator("undo-bar", has_text=SAVED)
    toast.wait_for()
    page.wait_for_load_state("networkidle")
    page.evaluate("window.scrollTo(0, document.body.scrollHeight)")
    assert toast.evaluate(OVERLAPS) == []
    assert violations(page) == []
    toast.get_by_role("button", name="Dismiss").click()
    assert page.get_by_text(SAVED).count() == 0


def test_asks_about_one_campaign(open_as, marketer):
    campaign = make_campaign(name="Spring letter")
    rule = condition("activity.opened", "did", times=1, campaign=str(campaign.pk))
    segment = services.create(name="Readers", rule=group("all", rule), actor=SYSTEM)
    page = open_as(marketer, f"/segments/{segment.pk}/")
    page.get_by_label("Campaign").get_by_text("Spring letter").wait_for(state="attached")
    assert page.get_by_label("Campaign").input_value() == str(campaign.pk)
    page.get_by_label("Campaign").select_option(label="any campaign")
    page.get_by_text("is on record.").wait_for()
    assert_accessible(page)


def test_shows_what_is_missing_when_saved_too_early(open_as, marketer):
    page = open_as(marketer, "/segments/new/")
    page.get_by_label("Name").fill("Nobody yet")
    page.get_by_role("button", name="Save").click()
    page.get_by_text("Choose a field.", exact=True).wait_for()
    assert_accessible(page)
    assert page.get_by_label("Name").input_value() == "Nobody yet"
