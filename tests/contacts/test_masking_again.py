"""What was revealed is masked again after five minutes, on the screen that nobody touches and on the server."""

from datetime import timedelta

import pytest

from contacts.models import Look
from contacts.models.looks import REVEAL_LASTS
from tenancy import clock
from tests.accounts.signing_in import browser_of, make_member
from tests.factories.contacts import make_contact

pytestmark = pytest.mark.browser

# What stands on the page just before and just after, before anything is loaded.
ELAPSE = """() => {
  const before = document.body.textContent;
  document.querySelector("count-down").dispatchEvent(new Event("elapsed", { bubbles: true }));
  return [before, document.body.textContent];
}"""


@pytest.fixture
def mara(clinic):
    return make_member(clinic, "marketer", "Mara Marketer")


@pytest.fixture
def contact(agreement):
    return make_contact(given_name="Marisol", family_name="Quintanilla")


def reveal(page):
    page.get_by_role("button", name="Show data").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("The person is on the phone").check()
    dialog.get_by_role("button", name="Show for five minutes").click()
    page.get_by_role("heading", name="Marisol Quintanilla").wait_for()


def let_five_minutes_pass_on_the_server():
    begun = clock.now() - REVEAL_LASTS - timedelta(seconds=1)
    Look.objects.update(occurred_at=begun, shown_until=begun + REVEAL_LASTS)


def test_a_page_that_nobody_touches_masks_itself(open_as, clinic, mara, contact):
    page = open_as(mara, "/settings/")
    page.clock.install()
    page.goto(page.url.replace("/settings/", f"/contacts/{contact.pk}/"))
    reveal(page)
    page.clock.fast_forward("04:45")
    page.get_by_role("button", name="PHI shown").wait_for()
    assert page.get_by_text("Quintanilla").count() > 0

    let_five_minutes_pass_on_the_server()
    page.clock.fast_forward("00:20")
    page.get_by_role("button", name="Show data").wait_for()
    assert "Quintanilla" not in page.content()
    assert "Marisol" not in page.content()


def test_the_server_shows_nothing_without_a_new_look(open_as, clinic, mara, contact):
    page = open_as(mara, f"/contacts/{contact.pk}/")
    reveal(page)
    let_five_minutes_pass_on_the_server()
    page.reload()
    page.get_by_role("button", name="Show data").wait_for()
    assert "Quintanilla" not in page.content()
    other_window = browser_of(mara).get(f"/contacts/{contact.pk}/").content.decode()
    assert "Quintanilla" not in other_window
    page.goto(page.url.partition("?")[0] + "edit/")
    assert "Quintanilla" not in page.content()
    assert Look.objects.count() == 1

    page.goto(page.url.partition("edit/")[0])
    reveal(page)
    assert Look.objects.count() == 2


def test_the_values_go_before_the_server_answers(open_as, clinic, mara, contact):
    page = open_as(mara, f"/contacts/{contact.pk}/")
    reveal(page)
    before, after = page.evaluate(ELAPSE)
    assert ("Quintanilla" in before, "Quintanilla" in after) == (True, False)


@pytest.mark.parametrize("hours", [-1, 1])
def test_a_wrong_clock_in_the_browser_changes_nothing(open_as, clinic, mara, contact, hours):
    page = open_as(mara, "/settings/")
    page.clock.install(time=clock.now() + timedelta(hours=hours))
    page.goto(page.url.replace("/settings/", f"/contacts/{contact.pk}/"))
    reveal(page)
    assert page.locator("count-down").inner_text() in {"5:00", "4:59", "4:58", "4:57", "4:56"}
    page.clock.fast_forward("04:45")
    assert page.get_by_text("Quintanilla").count() > 0
