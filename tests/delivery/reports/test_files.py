"""Figures of a campaign as a file without people, and its people as a file that needs its own right."""

import csv

import pytest
from django.urls import reverse

from audit.models import AuditEvent
from contacts.export_sources import source_named
from delivery.models import Message
from delivery.reports import figures, queries
from delivery.reports.figures import DomainRow
from tenancy.ids import uuid7
from tenancy.scope import tenant_scope
from tests.delivery.reports.reading import SENT, page, report_of
from tests.factories.contacts import make_contact
from tests.factories.delivery import make_campaign, make_message


def lines_of(answer) -> list[list[str]]:
    assert answer.status_code == 200
    return list(csv.reader(answer.content.decode("utf-8-sig").splitlines()))


@pytest.fixture
def large(campaign):
    """Eleven people of one domain more."""
    for number in range(11):
        person = make_contact(external_id=f"L{number}", email=f"p{number}@large.example")
        make_message(person, cause_id=campaign.id, **SENT | {"domain": "large.example"})
    return campaign


def test_the_figures_are_those_of_the_report_and_name_nobody(marketer, large):
    answer = marketer.get(f"{report_of(large)}figures.csv")
    lines = lines_of(answer)
    assert lines[:5] == [
        ["Part of the report", "Of", "Figure", "Number"],
        ["From audience to delivery", "", "In the segment", "17"],
        ["From audience to delivery", "", "Allowed to receive it", "16"],
        ["From audience to delivery", "", "Handed over", "14"],
        ["From audience to delivery", "", "Accepted by its server", "13"],
    ]
    for line in (
        ["How it traveled", "", "Verified TLS", "13"],
        ["Why it failed", "", "The mailbox does not exist.", "1"],
        ["Why it was not sent", "", "Email was refused.", "1"],
        ["By recipient domain", "large.example", "Accepted by its server", "11"],
        ["By recipient domain", "postbox.example", "Failed", "1"],
        ["What people did", "", "Withdrew", "0"],
    ):
        assert line in lines
    assert "@" not in answer.content.decode()
    with tenant_scope(large.tenant_id):
        event = AuditEvent.objects.get(action="report.figures_taken")
        assert event.detail == {"rows": len(lines) - 1}


def test_domains_of_few_people_are_together_for_who_may_not_see_people(marketer, analyst, large):
    assert "postbox.example" in page(marketer.get(report_of(large)))
    shown = page(analyst.get(report_of(large)))
    assert "large.example Lowest: TLS 1.3 Of 11 people" in shown
    assert "Other domains Lowest: TLS 1.2 Of 5 people, 1 in the portal" in shown
    assert "Domains with fewer than 11 people are shown together." in shown
    lines = lines_of(analyst.get(f"{report_of(large)}figures.csv"))
    domains = {line[1] for line in lines if line[0] == "By recipient domain"}
    assert domains == {"large.example", "Other domains"}
    for name in ("postbox.example", "oldcert.example", "greymail.example"):
        assert name not in shown
        assert name not in str(lines)


def test_what_is_together_adds_up():
    rows = [
        DomainRow("a.example", 11, 11, 0, 0, 0, 0, 0, "TLSv1.3"),
        DomainRow("b.example", 10, 7, 1, 1, 1, 0, 1, "TLSv1.3"),
        DomainRow("c.example", 2, 0, 2, 0, 0, 0, 0, ""),
    ]
    other = DomainRow("Other domains", 12, 7, 3, 1, 1, 0, 1, "TLSv1.3")
    assert figures.without_small(rows) == [rows[0], other]
    assert figures.without_small(rows[:1]) == rows[:1]


def test_the_people_of_each_number_can_be_the_people_of_a_file(campaign):
    failed = Message.objects.get(cause_id=campaign.id, status="failed").contact_id
    source = source_named("report.failed")
    assert [person.contact_id for person in source.people_of(campaign.id)] == [failed]
    assert source.is_there(campaign.id)
    assert not source.is_there(None)
    assert not source.is_there(uuid7())
    assert not source.is_there(make_campaign(status="draft", began_at=None, ended_at=None).id)
    assert all(source_named(f"report.{outcome}") for outcome in queries.BEHIND)


def test_a_number_leads_to_its_file_for_who_may_make_one(marketer, campaign):
    shown = marketer.get(f"{report_of(campaign)}people/?outcome=failed").content.decode()
    link = f"{reverse('contacts:export_new')}?source=report.failed&amp;source_id={campaign.id}"
    assert f'href="{link}"' in shown
    reason = marketer.get(f"{report_of(campaign)}people/?outcome=failed&reason=no_such_address")
    assert "Export these people" not in reason.content.decode()
