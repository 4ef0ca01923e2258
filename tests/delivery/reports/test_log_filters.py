"""The log narrowed to a route, a reason, a campaign and days, and as a file."""

import csv
import re
from datetime import timedelta

import pytest

from audit.models import AuditEvent
from delivery.models import Message
from tenancy import clock
from tenancy.scope import tenant_scope
from tests.delivery.reports.reading import SENT, page
from tests.factories.contacts import make_contact
from tests.factories.delivery import make_campaign, make_message


@pytest.fixture
def earlier(campaign):
    """Beside the campaign of six: one message of another campaign, ten days ago."""
    before = clock.now() - timedelta(days=10)
    other = make_campaign(name="Flu shots")
    return make_message(make_contact(), cause_id=other.id, created_at=before, **SENT)


def shown(browser, query: str) -> int:
    content = browser.get(f"/messages/?{query}").content.decode()
    return len(re.findall(r'/messages/[0-9a-f-]{36}/"', content))


def test_each_choice_narrows_the_list(marketer, campaign, earlier):
    day = (clock.now() - timedelta(days=5)).date().isoformat()
    for query, length in {
        "": 7,
        "route=tls": 3,
        "route=portal": 1,
        "reason=no_such_address": 1,
        f"campaign={campaign.id}": 6,
        f"since={day}": 6,
        f"until={day}": 1,
        f"campaign={campaign.id}&route=tls&state=": 2,
        "state=failed&reason=no_such_address": 1,
    }.items():
        assert shown(marketer, query) == length, query
    assert "No message is like that." in page(marketer.get(f"/messages/?until={day}&route=portal"))


@pytest.mark.parametrize(
    "query",
    [
        "route=pigeon", "reason=mood", "campaign=x", "since=soon", "until=9999-12-31",
        "since=0001-01-01",
    ],
)  # fmt: skip
def test_what_is_no_choice_is_not_found(marketer, campaign, query):
    assert marketer.get(f"/messages/?{query}").status_code == 404


def test_the_file_holds_the_choice_and_nobody(marketer, analyst, campaign, earlier):
    assert analyst.get("/messages/log.csv").status_code == 403
    answer = marketer.get("/messages/log.csv?state=failed")
    lines = list(csv.reader(answer.content.decode("utf-8-sig").splitlines()))
    failed = Message.objects.get(status="failed")
    assert [line[:6] for line in lines[1:]] == [
        [str(failed.id), "Campaign", "Mammogram reminder", "Failed", "",
         "The mailbox does not exist."],
    ]  # fmt: skip
    everything = marketer.get("/messages/log.csv").content.decode("utf-8-sig")
    assert len(everything.splitlines()) == 8
    assert "@" not in everything
    assert "Quennell" not in everything
    with tenant_scope(campaign.tenant_id):
        assert AuditEvent.objects.filter(action="messages.taken").count() == 2
