"""What the report, its file and the story of a message say of openings and clicks."""

import csv
import html
from datetime import timedelta

import pytest

from audit.models import AuditEvent
from delivery.models import LinkTable, Message, Reaction
from delivery.tracking import queries, tables
from delivery.tracking.queries import Counted, LinkRow
from tenancy import clock
from tenancy.scope import tenant_scope
from tests.accounts.signing_in import browser_of, make_member
from tests.compliance.reading import text_of
from tests.delivery.tracking.counted import TARGETS
from tests.factories.contacts import make_contact
from tests.factories.delivery import make_campaign, make_message

FORMULA = "https://www.elm.example/=1"


@pytest.fixture
def marketer(clinic):
    return browser_of(make_member(clinic, "marketer"))


@pytest.fixture
def campaign(clinic):
    """Four people: two followed a link, one of them two; a machine followed links of two."""
    campaign = make_campaign(purpose="marketing", counts_clicks=True, counts_opens=True)
    messages = [
        make_message(
            make_contact(external_id=str(n)), cause_id=campaign.id, status="sent", route="tls"
        )
        for n in range(4)
    ]
    tables.keep(campaign, TARGETS)
    table = LinkTable.objects.get()
    for place, (who, link, doer) in enumerate(
        [(0, 0, "person"), (0, 0, "person"), (0, 1, "person"), (1, 0, "person"),
         (1, 0, "scanner"), (2, 0, "burst"), (2, 1, "burst"), (2, None, "proxy"), (3, None, "person")]
    ):  # fmt: skip
        Reaction.objects.create(
            message=messages[who],
            kind="opened" if link is None else "clicked",
            table=None if link is None else table,
            link=link,
            doer=doer,
            occurred_at=clock.now() + timedelta(minutes=place),
        )
    return campaign


def test_people_and_machines_are_counted_apart(campaign):
    assert queries.counted(campaign.id, Reaction.Kind.CLICKED) == Counted(people=2, machines=1)
    assert queries.counted(campaign.id, Reaction.Kind.OPENED) == Counted(people=1, machines=1)
    assert queries.by_link(campaign.id) == [
        LinkRow(TARGETS[0], people=2, clicks=3, machine_clicks=2),
        LinkRow(TARGETS[1], people=1, clicks=1, machine_clicks=1),
        LinkRow(TARGETS[2]),
    ]


def test_a_link_in_two_versions_of_the_table_is_one_row(campaign):
    tables.keep(campaign, [TARGETS[1], FORMULA])
    rows = queries.by_link(campaign.id)
    assert [row.address for row in rows] == [*TARGETS, FORMULA]
    assert rows[1] == LinkRow(TARGETS[1], people=1, clicks=1, machine_clicks=1)


def test_the_report_shows_both_and_says_what_they_mean(marketer, campaign):
    page = text_of(marketer.get(f"/campaigns/{campaign.id}/report/"))
    assert "Opened 1 1 more by machines alone Clicked 2 1 more by machines alone" in page
    assert "never as proof that somebody read the message" in page
    assert f"{TARGETS[0]} 3 clicks by people, 2 by machines 2 3 2" in html.unescape(page)


def test_what_is_not_counted_is_not_called_none(marketer, clinic):
    campaign = make_campaign(counts_clicks=False, counts_opens=False)
    page = text_of(marketer.get(f"/campaigns/{campaign.id}/report/"))
    assert "Opened Not counted Clicked Not counted" in page
    assert "By link" not in page


def test_the_file_holds_the_figures_and_is_about_nobody(marketer, campaign):
    tables.keep(campaign, [FORMULA])
    answer = marketer.get(f"/campaigns/{campaign.id}/report/links.csv")
    assert answer["Content-Disposition"] == 'attachment; filename="links.csv"'
    rows = list(csv.reader(answer.content.decode("utf-8-sig").splitlines()))
    assert rows[0] == ["Link", "People", "Clicks by people", "Clicks by machines"]
    assert rows[1] == [TARGETS[0], "2", "3", "2"]
    assert len(rows) == 5
    with tenant_scope(campaign.tenant_id):
        event = AuditEvent.objects.get(action="report.links_taken")
        assert (event.object_id, event.detail["rows"]) == (str(campaign.id), 4)


def test_the_story_of_a_message_tells_each_act(marketer, campaign):
    message = Message.objects.get(pk=Reaction.objects.filter(doer="scanner").get().message_id)
    page = text_of(marketer.get(f"/messages/{message.id}/"))
    assert "A link in it was followed." in page
    assert "A machine followed a link in it. A program that checks mail." in page
    opened = Reaction.objects.get(kind="opened", doer="person")
    page = text_of(marketer.get(f"/messages/{opened.message_id}/"))
    assert "It seems to have been opened." in page
    assert "no proof that somebody read it" in page


def test_links_openings_and_clicks_lead_to_their_people(marketer, campaign):
    report = f"/campaigns/{campaign.id}/report/"
    shown = marketer.get(report).content.decode()
    for query, people in (
        ("outcome=clicked", 2),
        ("outcome=opened", 1),
        ("outcome=clicked&amp;link=0", 2),
        ("outcome=clicked&amp;link=1", 1),
    ):
        link = f"{report}people/?{query}"
        assert f'href="{link}"' in shown
        assert f"{people} in {campaign.name}" in text_of(marketer.get(html.unescape(link)))
    assert "outcome=clicked&amp;link=2" not in shown
    assert TARGETS[1] in text_of(marketer.get(f"{report}people/?outcome=clicked&link=1"))
    for wrong in ("3", "-1", "x"):
        assert marketer.get(f"{report}people/?outcome=clicked&link={wrong}").status_code == 404
