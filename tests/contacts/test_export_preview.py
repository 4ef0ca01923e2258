"""Before a file is asked for: how many people, and five masked rows of what it would hold."""

import re

import pytest

from contacts.models import ContactExport, Look
from tests.accounts.signing_in import browser_of, make_member
from tests.browser import assert_accessible
from tests.factories.contacts import make_contact, make_schema

ASKED = {"profile": "care", "why": "For the printer"}


@pytest.fixture
def mara(clinic, agreement):
    make_schema()
    return make_member(clinic, "marketer", "Mara Marketer")


def people(count):
    for number in range(count):
        make_contact(
            external_id=f"MRN-77{number}", given_name=f"Marisol{number}", family_name="Vega",
            email=f"marisol{number}@post.example", phone="+12025550100", language="es",
            plan="Medicare",
        )  # fmt: skip


def table_of(page):
    rows = page.partition("<thead>")[2].partition("</table>")[0].split("<tr>")[1:]
    return [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL) for row in rows]


def test_five_masked_rows_stand_for_the_file(mara):
    people(7)
    page = browser_of(mara).post("/exports/new/", ASKED).content.decode()
    assert "The first 5 of 7. Masked here, readable in the file." in page
    head, *rows = table_of(page)
    assert len(rows) == 5
    assert {len(row) for row in rows} == {len(head)}
    assert head[1].count("Given name") == head[1].count("Limited") == 1
    shown = " ".join(cell for row in rows for cell in row)
    for value in ("Marisol", "Vega", "marisol", "MRN-77", "+1202", "Medicare"):
        assert value not in shown
    for readable in ("@post.example", "Spanish"):
        assert shown.count(readable) == 5


def test_a_preview_is_a_look_and_asking_is_another(mara):
    people(1)
    browser = browser_of(mara)
    browser.post("/exports/new/", ASKED)
    assert list(Look.objects.values_list("kind", flat=True)) == ["sample"]
    browser.post("/exports/new/", {**ASKED, "rows": "1", "confirm": "1"})
    assert sorted(Look.objects.values_list("kind", flat=True)) == ["export", "sample"]


def test_a_refused_preview_shows_and_counts_nothing(mara):
    page = browser_of(mara).post("/exports/new/", ASKED)
    assert page.status_code == 422
    assert "There is nobody to export." in page.content.decode()
    assert not Look.objects.exists()


@pytest.mark.browser
def test_a_person_sees_the_sample_and_asks_by_hand(open_as, mara):
    people(6)
    page = open_as(mara, "/exports/new/")
    page.get_by_label("Care by ourselves").check()
    page.get_by_label("Who gets it").fill("For the printer")
    page.get_by_role("button", name="Show what the file would hold").click()
    page.get_by_text("The first 5 of 6.").wait_for()
    assert page.get_by_role("table").get_by_role("row").count() == 6
    assert_accessible(page)
    page.get_by_role("button", name="Export 6 people").click()
    page.get_by_role("heading", name="Export for care").wait_for()
    assert ContactExport.objects.get().most_rows == 6
