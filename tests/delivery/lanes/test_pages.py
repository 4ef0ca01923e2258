"""Reports → Lanes, and the platform's own page of them."""

import pytest

from delivery.lanes import limits, states
from delivery.lanes.limits import Report
from delivery.lanes.operators import operator_of
from delivery.models import Message
from tests.accounts.signing_in import browser_of, make_member, make_user
from tests.browser import assert_accessible
from tests.delivery.reports.reading import page
from tests.delivery.sending import due

LIVE = {"HX-Request": "true"}


def told(name: str, **seen: int) -> None:
    lane = name.rpartition("/")[2]
    states.take(name, lambda state, now: limits.told(state, Report(**seen), operator_of(lane), now))


@pytest.fixture
def _lanes():
    told("out.example/google", accepted=40)
    told("out.example/yahoo", throttled=1, streak=1)
    told("out.example/other-0123456789abcdef", lost=5, streak=5)


@pytest.fixture
def analyst(clinic):
    return browser_of(make_member(clinic, "analyst"))


@pytest.mark.usefixtures("_lanes")
def test_a_workspace_sees_whether_the_large_operators_take_mail_and_nobodys_numbers(analyst):
    shown = page(analyst.get("/reports/lanes/"))
    assert "Google (Gmail, Workspace) Open" in shown
    assert "Yahoo and AOL Slowed down" in shown
    assert "A server of its own" not in shown
    assert "40" not in shown
    assert "None of your messages waits for a mail operator." in shown


def test_a_workspace_sees_how_many_of_its_own_messages_wait(clinic, analyst):
    for name in ("ada", "ben"):
        due(name, reason="operator_busy")
    due("cyd")
    shown = page(analyst.get("/reports/lanes/", headers=LIVE))
    assert "2 of your messages wait for a mail operator" in shown
    assert Message.objects.count() == 3


@pytest.mark.usefixtures("_lanes")
def test_the_platforms_staff_see_all_lanes_with_their_figures_trouble_first():
    operator = browser_of(make_user("Pat Platform", is_operator=True))
    shown = page(operator.get("/operator/lanes/"))
    first, last = shown.index("A server of its own · 012345"), shown.index("Google (Gmail")
    assert first < last
    assert "Rests We try again" in shown
    assert "Google (Gmail, Workspace) from out.example Open 0 of 5 40 40 0 0" in shown
    assert "Slowed down 0 of 2 2.5 0 1 0" in shown


@pytest.mark.usefixtures("_lanes")
def test_the_live_part_comes_without_the_rest_of_the_page(analyst):
    answer = analyst.get("/reports/lanes/", headers=LIVE)
    assert b"<html" not in answer.content
    assert b'hx-get="/reports/lanes/"' in answer.content


def test_the_platforms_page_is_not_for_a_workspace(analyst):
    assert analyst.get("/operator/lanes/").status_code in {403, 404}


@pytest.mark.browser
@pytest.mark.usefixtures("_lanes")
def test_both_pages_are_accessible_in_either_theme_and_on_a_phone(clinic, open_as):
    due("ada", reason="operator_busy")
    assert_accessible(open_as(make_member(clinic, "owner"), "/reports/lanes/"))
    assert_accessible(open_as(make_user("Pat Platform", is_operator=True), "/operator/lanes/"))
