"""Whoever asks for days whose events were disposed of learns who let them go, and when."""

from zoneinfo import ZoneInfo

import pytest

from accounts.services.sign_in import actor_for
from audit.models import AuditEvent
from tenancy import clock
from tests.accounts.signing_in import browser_of, make_member
from tests.compliance.disposing import disposed, old_log
from tests.compliance.reading import text_of

PAGE = "/compliance/audit/evidence/"


def days(first, last):
    return {"span": "days", "first": first, "last": last}


@pytest.fixture
def cora(clinic):
    return make_member(clinic, "compliance_officer", "Cora Officer")


@pytest.fixture
def olive(clinic):
    return make_member(clinic, "owner", "Olive Owner")


@pytest.mark.parametrize(
    ("keeps", "files"),
    [
        (True, "Their archives are kept: take a copy of those."),
        (False, "Their archives went too."),
    ],
)
def test_days_that_are_gone_say_by_whose_decision(clinic, nurse, olive, cora, keeps, files):
    old_log(nurse)
    officer = browser_of(cora)
    before = officer.post(PAGE, days("2019-03-01", "2019-03-31"))
    assert before.status_code == 200
    b"".join(before.streaming_content)
    disposed(actor_for(olive), actor_for(cora), keeps=keeps)
    answer = officer.post(PAGE, days("2019-03-01", "2019-03-31"))
    assert answer.status_code == 422
    today = clock.now().astimezone(ZoneInfo(clinic.time_zone))
    assert (
        f"The events of these days were disposed of on {today.day} {today:%B %Y}, by decision of"
        f" Cora Officer, as Olive Owner had asked. {files}"
    ) in text_of(answer)
    assert AuditEvent.objects.filter(action="audit.exported").count() == 1


def test_days_in_which_nothing_happened_say_that_still(nurse, olive, cora):
    old_log(nurse)
    officer = browser_of(cora)
    disposed(actor_for(olive), actor_for(cora))
    for first, last in (("2018-01-01", "2018-12-31"), ("2019-07-01", "2019-07-31")):
        answer = officer.post(PAGE, days(first, last))
        assert "Nothing happened in these days." in text_of(answer)


def test_the_page_says_what_is_gone(nurse, olive, cora):
    old_log(nurse)
    officer = browser_of(cora)
    assert "What is gone" not in text_of(officer.get(PAGE))
    disposed(actor_for(olive), actor_for(cora))
    page = text_of(officer.get(PAGE))
    assert "Events up to March 2019, disposed of on" in page
    assert "Cora Officer decided, Olive Owner had asked." in page
