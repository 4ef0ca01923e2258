"""What goes when: exact counts, told before anything is saved."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from compliance import lifecycle, queries
from compliance.aging import NOTHING_HELD, entries
from compliance.forecast import forecast
from compliance.models import RetentionSettings
from compliance.retained import Periods, Retained
from contacts.models import Activity
from delivery.models import EscrowItem, Message, SingleSend
from tenancy import clock
from tests.accounts.signing_in import browser_of, make_member
from tests.compliance.reading import text_of
from tests.factories.contacts import make_contact
from tests.factories.delivery import make_campaign, make_item, make_message

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
SIX_YEARS = timedelta(days=2192)


@pytest.fixture(autouse=True)
def _today():
    with clock.at(NOW), timezone.override("America/New_York"):
        yield


def lines(**days) -> dict[str, tuple[int, int]]:
    """Word for the rows → how many go at the next run, and how many until the last month shown."""
    known = {Retained(name): count for name, count in days.items()}
    periods = Periods({**queries.retention().periods.days, **known})
    found = forecast(periods, NOTHING_HELD)
    return {line.called: (line.due, line.in_all) for line in found.lines}


def test_counts_by_the_period_that_is_chosen(clinic):
    ada = make_contact()
    make_message(ada, settled_at=NOW - timedelta(days=400))
    make_message(ada, settled_at=NOW - timedelta(days=10))
    make_message(ada, settled_at=None, status=Message.Status.QUEUED)
    assert lines()["messages"] == (0, 0)
    assert lines(messages=365)["messages"] == (1, 2)
    assert not RetentionSettings.objects.exists()


def test_counts_by_the_month_of_the_workspace(clinic):
    ada = make_contact()
    # Midnight in New York is five o'clock in Greenwich: the last hour of a month stays in it.
    new_year = datetime(2027, 1, 1, 5, tzinfo=UTC)
    for moment in (new_year - timedelta(hours=1), new_year, new_year):
        make_message(ada, settled_at=moment - SIX_YEARS)
    found = forecast(queries.retention().periods, NOTHING_HELD)
    (line,) = found.busy_lines
    assert line.called == "messages"
    months = [(month.isoformat(), counts[0]) for month, counts in found.busy_months]
    assert months == [("2026-12-01", 1), ("2027-01-01", 2)]
    assert len(found.months) == 13


def test_a_campaign_waits_for_its_messages_and_a_message_for_the_portal(clinic):
    ada, old = make_contact(), NOW - SIX_YEARS - timedelta(days=1)
    campaign = make_campaign(ended_at=old)
    make_message(ada, cause_id=campaign.id, settled_at=old)
    assert lines()["campaigns"] == (1, 1)
    late = make_message(make_contact(), cause_id=campaign.id, settled_at=NOW - timedelta(days=2000))
    assert (lines()["campaigns"], lines()["messages"]) == ((0, 1), (1, 2))
    Message.objects.filter(pk=late.pk).update(settled_at=None, status=Message.Status.QUEUED)
    assert lines()["campaigns"] == (0, 0)

    item = make_item(ada)
    Message.objects.filter(pk=item.message_id).update(settled_at=old)
    assert lines()["messages"] == (1, 1)  # the item is open: neither it nor its message goes
    assert lines()["portal messages"] == (0, 0)
    closed = {"server_share": None, "wrapped_key": None, "proof_digest": None, "html": None}
    EscrowItem.objects.update(
        status="expired",
        expires_at=old,
        text=None,
        notice_link_key=None,
        archive_key=None,
        remind_at=None,
        **closed,
    )
    assert (lines()["messages"], lines()["portal messages"]) == ((2, 2), (1, 1))


def test_a_single_send_waits_for_its_message(clinic):
    old = NOW - SIX_YEARS - timedelta(days=1)
    send = SingleSend.objects.create(campaign=make_campaign(ended_at=old), asked_by="key")
    SingleSend.objects.update(created_at=old)
    assert (lines()["single sends"], lines()["campaigns"]) == ((1, 1), (1, 1))
    make_message(make_contact(), cause="api", cause_id=send.id, settled_at=NOW)
    assert (lines()["single sends"], lines()["campaigns"]) == ((0, 0), (0, 0))


def test_activity_keeps_no_campaign(clinic):
    old = NOW - SIX_YEARS - timedelta(days=1)
    campaign = make_campaign(ended_at=old)
    Activity.objects.create(
        contact=make_contact(), kind="sent", cause="campaign", cause_id=campaign.id, occurred_at=NOW
    )
    assert lines()["campaigns"] == (1, 1)


def test_what_names_others_goes_before_what_is_named():
    order = [entry.model.__name__ for entry in entries()]
    assert order.index("EscrowVisit") < order.index("EscrowItem") < order.index("Message")
    assert order.index("Message") < order.index("SingleSend") < order.index("Campaign")
    assert order.index("ImportProblem") < order.index("ImportRun")
    by_age = [entry for entry in lifecycle.registered().values() if entry.goes_by_age]
    assert len(order) == len(set(order)) == len(by_age)
    assert "AuditEvent" not in order


def test_the_page_shows_it_before_anything_is_saved(clinic):
    officer = browser_of(make_member(clinic, "compliance_officer", "Cora"))
    make_message(make_contact(), settled_at=NOW - timedelta(days=400))
    form = {name.value: str(days) for name, days in queries.retention().periods.days.items()}
    page = text_of(officer.post("/settings/retention/preview/", {**form, "messages": "365"}))
    assert "Messages Messages: after 1 year 1 0 1" in page
    assert "Events Audit log: older than 6 years: two people may dispose of them 0 0 0" in page
    assert not RetentionSettings.objects.exists()
