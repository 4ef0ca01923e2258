"""Files in the portal: handed out sealed and after the check, saved in the browser, told once."""

from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

from compliance import services as compliance
from delivery.escrow import keys
from delivery.letters.words import File
from delivery.models import EscrowEvent, EscrowItem
from tests.browser import assert_accessible, violations
from tests.delivery.portal.test_browser import answer, path_of
from tests.delivery.portal.test_pages import RIGHT, enter, gate_of, mailed_code, page, prove
from tests.factories.delivery import make_item

REPORT = File("Befund für Ada.pdf", "application/pdf", b"%PDF warfarin" * 100_000)
KEPT = "be saved here. Call the clinic to get them."
NOTE = File("note.txt", "text/plain", b"Drink water.")


@pytest.fixture
def item(ada) -> EscrowItem:
    return make_item(ada, subject="Your visit", text="At 10:20", files=(REPORT, NOTE))


def visitor() -> Client:
    return Client(headers={"host": settings.HOSTS["portal"]})


@pytest.fixture
def browser(item) -> Client:
    client = visitor()
    enter(client, item)
    return client


def positions(item) -> list[int]:
    told = EscrowEvent.objects.filter(item=item, kind="downloaded").order_by("occurred_at")
    return [event.detail["position"] for event in told]


def test_pieces_are_handed_out_sealed_and_as_attachments(browser, item):
    sealed = browser.get(f"{gate_of(item)}/sealed").json()
    assert [(file["position"], file["chunks"]) for file in sealed["files"]] == [(1, 2), (2, 1)]
    handed = browser.get(f"{gate_of(item)}/file/1/0")
    assert handed.headers["Content-Type"] == "application/octet-stream"
    assert handed.headers["Content-Disposition"] == 'attachment; filename="piece-1-0.sealed"'
    assert handed.headers["Cache-Control"] == "no-store"
    assert len(handed.content) == 1024 * 1024 + 16
    assert b"warfarin" not in handed.content
    assert positions(item) == []


@pytest.mark.parametrize("path", ["file/1/2", "file/3/0", "file/0/0"])
def test_a_piece_that_is_none(browser, item, path):
    assert browser.get(f"{gate_of(item)}/{path}").status_code == 404


def test_nothing_is_handed_out_before_the_check(item):
    stranger, proven = visitor(), visitor()
    prove(proven, item)
    for client in (stranger, proven):
        assert client.get(f"{gate_of(item)}/file/1/0").status_code == 403
        assert client.post(f"{gate_of(item)}/file/1/saved").status_code == 403
    typed = {"access_key": keys.to_groups(item.notice_link_key), "file": "1"}
    refused = proven.post(f"{gate_of(item)}/file", typed)
    assert refused.headers["Location"] == f"{gate_of(item)}/check"
    assert positions(item) == []


def test_a_visit_opens_the_files_of_its_own_message_only(browser, item, ada):
    other = make_item(ada, files=(NOTE,))
    assert browser.get(f"{gate_of(other)}/file/1/0").status_code == 403


def test_a_saved_file_is_told_once_for_a_visit(browser, item):
    for position in (2, 2, 1, 9):
        browser.post(f"{gate_of(item)}/file/{position}/saved")
    assert positions(item) == [2, 1]


def test_without_script_one_file_after_another_is_opened_here(item):
    client, typed = visitor(), keys.to_groups(item.notice_link_key)
    client.post(gate_of(item), {"access_key": typed, "proof": ""})
    client.post(f"{gate_of(item)}/check", RIGHT | {"code": mailed_code(item)})
    shown = page(client.post(f"{gate_of(item)}/plain", {"access_key": typed}))
    assert "Save Befund für Ada.pdf" in shown
    assert typed not in shown
    saved = client.post(f"{gate_of(item)}/file", {"access_key": typed, "file": "1"})
    assert saved.content == REPORT.content
    assert saved.headers["Content-Type"] == "application/pdf"
    assert saved.headers["Content-Disposition"] == 'attachment; filename="file-1.pdf"'
    assert positions(item) == [1]


@pytest.mark.parametrize("wrong", [{"file": "3"}, {"file": "x"}, {"access_key": "no key"}])
def test_what_does_not_open_is_no_file(browser, item, wrong):
    typed = {"access_key": keys.to_groups(item.notice_link_key), "file": "1"}
    refused = browser.post(f"{gate_of(item)}/file", typed | wrong)
    assert refused.headers["Content-Type"].startswith("text/html")
    assert "The message did not open with this key." in page(refused)
    assert positions(item) == []


def test_a_clinic_may_hand_out_files_itself(browser, item, nurse):
    assert browser.get(f"{gate_of(item)}/file/1/0").status_code == 200
    compliance.set_policy({"portal_may_save": False}, actor=nurse)
    assert browser.get(f"{gate_of(item)}/sealed").json()["files"] == []
    assert browser.get(f"{gate_of(item)}/file/1/0").status_code == 403
    assert KEPT in page(browser.get(f"{gate_of(item)}/message"))
    typed = {"access_key": keys.to_groups(item.notice_link_key)}
    opened = page(browser.post(f"{gate_of(item)}/plain", typed))
    assert "At 10:20" in opened
    assert KEPT in opened
    assert "Befund" not in opened
    refused = browser.post(f"{gate_of(item)}/file", typed | {"file": "1"})
    assert refused.headers["Content-Type"].startswith("text/html")
    assert KEPT in page(refused)
    assert positions(item) == []


def test_of_a_message_without_files_nothing_is_said_of_them(ada, nurse):
    compliance.set_policy({"portal_may_save": False}, actor=nurse)
    item, client = make_item(ada), visitor()
    enter(client, item)
    assert KEPT not in page(client.get(f"{gate_of(item)}/message"))


@pytest.mark.browser
def test_a_browser_opens_and_saves_a_file_of_several_pieces(open_page, item):
    tab = open_page(path_of(item), host="portal")
    tab.get_by_role("button", name="Continue").click()
    answer(tab, item)
    button = tab.get_by_role("button", name="Befund für Ada.pdf · 1.3 MB")
    button.wait_for()
    assert_accessible(tab)
    with tab.expect_download() as saving:
        button.click()
    assert saving.value.suggested_filename == REPORT.name
    assert Path(saving.value.path()).read_bytes() == REPORT.content
    tab.get_by_text("The file is saved with your downloads.", exact=True).wait_for()
    assert positions(item) == [1]
    assert violations(tab) == []
