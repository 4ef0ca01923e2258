"""Paging through the audit log: nothing twice, nothing left out, also within one microsecond."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from audit import services as audit
from audit.models import AuditEvent
from compliance import trail
from compliance.audit_details import detail_lines
from compliance.audit_words import object_words, sentence
from tenancy import clock

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
ZONE = ZoneInfo("America/New_York")


@pytest.fixture
def long_log(clinic, nurse):
    """120 events, ten in each minute."""
    for number in range(120):
        with clock.at(NOON + timedelta(minutes=number // 10)):
            audit.record("segment.changed", actor=nurse, number=number)
    return AuditEvent.objects.all()


def test_pages_forth_and_back_over_every_event(long_log):
    seen, cursor = [], None
    while True:
        page = trail.older_than(long_log, cursor)
        seen += page.events
        if page.older is None:
            break
        cursor = AuditEvent.objects.get(pk=page.older)
    assert len(seen) == len(set(seen)) == 120
    assert [event.recorded_at for event in seen] == sorted(
        (event.recorded_at for event in seen), reverse=True
    )
    back = trail.newer_than(long_log, AuditEvent.objects.get(pk=page.newer))
    assert back.events == seen[50:100]
    first = trail.newer_than(long_log, back.events[0])
    assert (first.events, first.newer) == (seen[:50], None)


def test_the_newest_page_has_no_way_forward(long_log):
    assert trail.older_than(long_log, None).newer is None


def test_a_day_is_that_of_the_reader(clinic, nurse):
    with clock.at(datetime(2026, 3, 2, 3, 0, tzinfo=UTC)):  # still the first of March in New York
        audit.record("segment.changed", actor=nurse)
    first = trail.matching(trail.Filters(day=date(2026, 3, 1)), ZONE)
    second = trail.matching(trail.Filters(day=date(2026, 3, 2)), ZONE)
    assert (first.count(), second.count()) == (1, 0)


@pytest.mark.parametrize(
    ("kind", "actions"),
    [
        (
            trail.Kind.ALL,
            ["campaign.started", "contact.revealed", "segment.changed", "session.started"],
        ),
        (trail.Kind.PHI, ["contact.revealed"]),
        (trail.Kind.MAIL, ["campaign.started"]),
        (trail.Kind.CHANGED, ["segment.changed"]),
        (trail.Kind.REFUSED, []),
    ],
)
def test_tells_looks_mail_changes_and_refusals_apart(clinic, nurse, kind, actions):
    for action in ["session.started", "segment.changed", "contact.revealed", "campaign.started"]:
        audit.record(action, actor=nurse)
    found = trail.matching(trail.Filters(kind=kind), ZONE)
    assert sorted(found.values_list("action", flat=True)) == actions


@pytest.mark.parametrize(
    ("action", "words"),
    [
        ("agreement.signed", "Signed the agreement"),
        ("segment.archived", "Archived a segment"),
        ("import.canceled", "Canceled an import"),
        ("user.suspended", "Suspended a user"),
        ("template.restored", "Restored a template"),
        ("contacts.previewed", "Saw a message with a person's data"),
        ("api.called", "Called the API"),
        ("api_key.issued", "Issued an API key"),
        ("campaign.not_frozen", "Could not fix who receives a campaign"),
    ],
)
def test_says_an_action_in_words(action, words):
    assert sentence(action) == words


@pytest.mark.parametrize(
    ("action", "detail", "words"),
    [
        (
            "messages.recorded",
            {"counts": {"sent": 48, "failed": 2}},
            "Recorded what became of 50 messages",
        ),
        ("messages.recorded", {"counts": {"sent": 1}}, "Recorded what became of 1 message"),
        ("messages.recorded", {}, "Recorded what became of messages"),
        (
            "messages.recovered",
            {"queued": 1_203, "uncertain": 1},
            "Took up 1,204 messages that a stopped worker left",
        ),
        ("escrow.expired", {"messages": 2}, "Destroyed 2 messages at the end of the time to read"),
    ],
)
def test_says_how_many_the_service_took_at_once(action, detail, words):
    assert sentence(action, detail) == words


@pytest.mark.parametrize(
    ("object_type", "words"),
    [
        ("contacts.contact", "A person"),
        ("segments.segment", "A segment"),
        ("x.email", "An email"),
        ("", ""),
    ],
)
def test_says_an_object_in_words(object_type, words):
    assert object_words(object_type) == words


def test_details_show_what_was_beside_what_is():
    detail = {
        "changed": {"tls_floor": {"was": 2, "is": 3}, "quiet_from": {"was": None, "is": "21:00"}},
        "is_open": True,
        "fields": ["email", "phone"],
        "counts": {"sent": 12},
        "none": [],
    }
    assert detail_lines(detail) == [
        ("Quiet from", "21:00, was None"),
        (
            "Protection of the way",
            "Verified TLS that the recipient's domain promises, was Verified TLS",
        ),
        ("counts sent", "12"),
        ("fields", "email, phone"),
        ("is open", "yes"),
        ("none", "none"),
    ]
