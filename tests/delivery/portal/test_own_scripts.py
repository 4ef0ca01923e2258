"""Nothing runs in the portal but what its page names by hash, and no text becomes a page or a script."""

from pathlib import Path

import pytest

from delivery.models import EscrowItem, EscrowVisit
from tests.delivery.portal.test_browser import path_of
from tests.factories.delivery import make_item

pytestmark = pytest.mark.browser

WRITE = """() => {
  try { document.body.insertAdjacentHTML("beforeend", "<i id=planted></i>"); } catch (error) { return error.name; }
  return document.querySelector("#planted").tagName;
}"""


def source(name: str) -> str:
    return (Path(__file__).parents[3] / "static/js" / name).read_text()


def hand_out(page, name: str, body: str) -> None:
    """What somebody on the way, or at the server's disk, would put in the script's place."""
    answer = {"body": body, "content_type": "text/javascript"}
    page.context.route(f"**/{name}", lambda route: route.fulfill(**answer))


@pytest.fixture
def item(ada) -> EscrowItem:
    return make_item(ada)


@pytest.mark.parametrize("changed", ["portal-gate.js", "escrow-keys.js"])
def test_a_script_that_was_changed_on_the_way_does_not_run(open_page, item, changed):
    page = open_page("/", host="portal")
    planted = []
    page.on("request", lambda request: planted.append(request.url))

    hand_out(page, changed, source(changed) + "\nfetch('/planted');")
    page.goto(f"{page.url.rstrip('/')}{path_of(item)}")
    page.wait_for_load_state("networkidle")
    assert any(url.endswith(changed) for url in planted)
    assert not any(url.endswith("/planted") for url in planted)
    assert "#" in page.url  # the gate's script, which takes the key from the address, did not run
    page.problems.clear()  # that the browser says so is the point
    assert not EscrowVisit.objects.exists()


def test_the_same_script_unchanged_runs(open_page, item):
    page = open_page("/", host="portal")
    hand_out(page, "escrow-keys.js", source("escrow-keys.js"))
    page.goto(f"{page.url.rstrip('/')}{path_of(item)}")
    page.get_by_role("button", name="Continue").click()
    page.get_by_label("Code we sent").wait_for()


def test_no_text_becomes_a_page(open_page, item):
    staff = open_page("/login/")
    assert staff.evaluate(WRITE) == "I"  # positive control
    page = open_page(path_of(item), host="portal")
    assert page.evaluate(WRITE) == "TypeError"
    assert page.locator("#planted").count() == 0
    page.problems.clear()
