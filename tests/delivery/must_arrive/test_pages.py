"""What staff sees of messages that must arrive: deadline, reason, and what was tried."""

import pytest

from delivery.must_arrive import chain
from tests.accounts.signing_in import browser_of, make_member
from tests.browser import assert_accessible
from tests.delivery.must_arrive.promised import SECOND, look, send, write
from tests.delivery.reports.reading import page
from tests.fakes import UNKNOWN_USER, FakeTransport

NOBODY = dict.fromkeys(("ada@harbourmail.example", SECOND), UNKNOWN_USER)


@pytest.fixture
def lost(person):
    """Neither of the addresses exists."""
    message = write(person)
    send(FakeTransport(NOBODY))
    chain.look_after_due()
    send(FakeTransport(NOBODY))
    look()
    return message


def test_the_list_the_case_and_the_story_say_what_was_tried(clinic, lost):
    marketer = browser_of(make_member(clinic, "marketer"))
    assert "Must arrive by" in page(marketer.get("/undelivered/"))
    for path in (f"/undelivered/{lost.id}/", f"/messages/{lost.id}/"):
        shown = page(marketer.get(path))
        assert "It must arrive, but no portal notice could be sent." in shown
        assert "Mail does not reach this mailbox." in shown
        assert "It must arrive: it was queued to the second address." in shown
        assert "It must arrive: staff was asked to reach the person." in shown
        assert SECOND not in shown
    assert "Staff has to reach the person" in page(marketer.get(f"/messages/{lost.id}/"))


@pytest.mark.browser
def test_the_pages_stand(open_as, clinic, lost):
    marketer = make_member(clinic, "marketer")
    for path in ("/undelivered/", f"/undelivered/{lost.id}/", f"/messages/{lost.id}/"):
        assert_accessible(open_as(marketer, path))
