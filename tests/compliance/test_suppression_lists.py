"""Many addresses at once: what a pasted list says, and what becomes of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.models import AuditEvent
from compliance import queries, suppression_lists
from compliance import services as compliance
from compliance.facts import SuppressionReason
from compliance.models import Suppression
from tests.accounts.signing_in import browser_of, make_member
from tests.browser import assert_accessible
from tests.compliance.reading import text_of

URL = "/compliance/suppressions/many/"


@pytest.mark.parametrize(
    ("text", "addresses", "bad"),
    [
        ("a@x.example\n\n b@x.example \r\nA@X.example", ["a@x.example", "b@x.example"], []),
        ("Name;E-Mail\nAda;a@x.example\nBo;\n", ["a@x.example"], [3]),
        ('email,created\n"a@x.example",1\n"b@x.example, 2', ["a@x.example"], [3]),
        ("\ufeffEmail\tReason\na@x.example\tBlock", ["a@x.example"], []),
        ("a@x.example,x\nno address,y\nc@x.example", ["a@x.example", "c@x.example"], [2]),
        ("", [], []),
    ],
)
def test_reads_a_column_of_any_list(text, addresses, bad):
    found = suppression_lists.read(text)
    assert (found.addresses, [line.number for line in found.bad]) == (addresses, bad)


def test_takes_so_many_and_says_where_it_stopped(monkeypatch):
    monkeypatch.setattr(suppression_lists, "MOST_ADDRESSES", 2)
    found = suppression_lists.read("a@x.example\nb@x.example\nc@x.example\nA@x.example")
    assert found.addresses == ["a@x.example", "b@x.example"]
    assert found.bad == [(3, "Beyond 2 addresses. Paste it later.")]


@given(st.text(max_size=200))
def test_no_text_breaks_it(text):
    found = suppression_lists.read(text)
    assert len(found.addresses) + len(found.bad) <= len(text.splitlines())


def test_a_list_is_stored_with_one_event_and_keeps_first_reasons(clinic, nurse):
    compliance.suppress(
        "a@x.example", reason=SuppressionReason.COMPLAINED, source="complaint", actor=nurse
    )
    added = compliance.suppress_many(
        ["A@x.example", "b@x.example"], reason=SuppressionReason.REQUESTED, actor=nurse
    )
    assert added == 1
    assert queries.suppression_of("a@x.example").reason == "complained"
    new = queries.suppression_of("b@x.example")
    assert (new.address, new.reason, new.source) == ("b@x.example", "requested", "import")
    event = AuditEvent.objects.get(action="suppression.list_added")
    assert event.detail == {"reason": "requested", "sent": 2, "added": 1}


def test_the_page_says_what_was_done_and_which_lines_were_bad(clinic):
    browser = browser_of(make_member(clinic, "compliance_officer"))
    text = "Email\nada@x.example\nnobody\nbo@x.example\n"
    answer = browser.post(URL, {"addresses": text, "reason": "requested"})
    page = text_of(answer)
    assert "2 addresses suppressed" in page
    assert "1 line could not be read" in page
    assert "3 There is no email address in it." in page
    assert "nobody" not in page
    assert Suppression.objects.count() == 2


def test_who_may_not_edit_suppresses_nothing(clinic):
    auditor = browser_of(make_member(clinic, "auditor"))
    assert auditor.post(URL, {"addresses": "a@x.example", "reason": "bounced"}).status_code == 403
    assert Suppression.objects.count() == 0


def test_a_reason_that_staff_cannot_know_is_refused(clinic):
    browser = browser_of(make_member(clinic, "compliance_officer"))
    answer = browser.post(URL, {"addresses": "a@x.example", "reason": "complained"})
    assert answer.status_code == 422
    assert Suppression.objects.count() == 0


@pytest.mark.browser
def test_the_pages_stand(clinic, open_as):
    officer = make_member(clinic, "compliance_officer")
    page = open_as(officer, URL)
    assert_accessible(page)
    page.get_by_label("Addresses", exact=True).fill("a@x.example\nnobody")
    page.get_by_role("button", name="Suppress the addresses").click()
    page.get_by_role("heading", name="1 address suppressed").wait_for()
    assert_accessible(page)
