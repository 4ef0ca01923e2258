"""Reports, message log and stories as each role sees them."""

import html
from datetime import timedelta

import pytest

from audit.models import AuditEvent
from campaigns.models import Campaign
from contacts import services as contacts
from contacts.models import Activity
from delivery.escrow.services import settle_notice
from delivery.models import EscrowItem, Message, MessageEvent, RecipientDomain
from delivery.reports import pages, queries
from delivery.services import recipient_domains
from tenancy import clock
from tenancy.ids import uuid7
from tenancy.scope import tenant_scope
from tests.delivery.reports.reading import SENT, page, report_of
from tests.factories.contacts import make_contact
from tests.factories.delivery import make_campaign, make_item, make_message


@pytest.fixture
def under_way(campaign) -> Campaign:
    """The same, as long as one person will be tried again."""
    Campaign.objects.update(status="sending", ended_at=None)
    campaign.refresh_from_db()
    return campaign


def test_the_report_adds_up(marketer, campaign):
    shown = page(marketer.get(report_of(campaign)))
    assert "Mammogram reminder" in shown
    assert "2 of 5 people have it by email; for 1 it is in the secure portal" in shown
    assert "3 of 5 handed over, by email or to the portal" in shown
    assert (
        "In the segment 6 Allowed to receive it 5 83.3 % "
        "Handed over 3 60.0 % Accepted by its server 2 66.7 % "
        "In the portal 1 33.3 % Read in the portal 0 0 %"
    ) in shown
    assert "Verified TLS 2 Secure portal 1 Will retry 1 Failed 1" in shown
    told = "in the portal, {} still to try, {} failed, 0 other"
    for row in (
        f"postbox.example Lowest: TLS 1.2 Of 3 people, 0 {told.format(0, 1)} 3 2 66.7 % of people 0 0 1 0",
        f"oldcert.example TLS never used Of 1 person, 1 {told.format(0, 0)} 1 0 0 % of people 1 0 read 0 0 0",
        f"greymail.example TLS never used Of 1 person, 0 {told.format(1, 0)} 1 0 0 % of people 0 1 0 0",
    ):
        assert row in shown
    assert "The mailbox does not exist. 1" in shown
    assert "Email was refused. 1" in shown


def test_numbers_lead_to_people_for_those_who_may_see_them(marketer, analyst, campaign):
    link = f"{report_of(campaign)}people/?outcome=failed"
    assert link in marketer.get(report_of(campaign)).content.decode()
    assert "people/?" not in analyst.get(report_of(campaign)).content.decode()
    assert analyst.get(link).status_code == 403
    shown = page(marketer.get(f"{link}&reason=no_such_address"))
    assert "1 in Mammogram reminder" in shown
    assert "a•••••@postbox.example" in shown
    assert "Quennell" not in shown
    with tenant_scope(campaign.tenant_id):
        assert AuditEvent.objects.filter(action="report.people_viewed").count() == 1


def test_each_step_of_the_funnel_leads_to_as_many_people(marketer, analyst, campaign):
    accepted = Message.objects.filter(status="sent").order_by("pk")
    MessageEvent.objects.create(message=accepted[0], kind=MessageEvent.Kind.BOUNCED)
    shown = marketer.get(report_of(campaign)).content.decode()
    counts = {"segment": 6, "allowed": 5, "handed_over": 3, "accepted": 1, "portal": 1, "read": 0}
    for step, count in counts.items():
        link = f"{report_of(campaign)}people/?outcome={step}"
        assert f'href="{link}">{count}</a>' in shown
        assert f"{count} in Mammogram reminder" in page(marketer.get(link))
        assert analyst.get(link).status_code == 403
    assert "Accepted by its server" in page(
        marketer.get(f"{report_of(campaign)}people/?outcome=accepted")
    )


def test_who_does_not_know_of_a_portal_message_is_told(marketer, analyst, campaign):
    assert "does not know" not in page(marketer.get(report_of(campaign)))
    items = [make_item(make_contact(), cause_id=campaign.id) for _ in range(3)]
    for item, accepted in zip(items, (False, False, True), strict=True):
        settle_notice(item.id, accepted=accepted)
    EscrowItem.objects.filter(pk=items[0].pk).update(read_at=clock.now())
    link = f"{report_of(campaign)}people/?outcome=unannounced"
    shown = marketer.get(report_of(campaign)).content.decode()
    assert "1 person does not know of the message in the portal." in shown
    assert f'href="{link}"' in shown
    assert "1 in Mammogram reminder" in page(marketer.get(link))
    assert "unannounced" not in analyst.get(report_of(campaign)).content.decode()


def test_clicks_that_are_not_counted_are_not_called_none(marketer, campaign):
    Campaign.objects.update(counts_clicks=False)
    assert "Clicked Not counted" in page(marketer.get(report_of(campaign)))
    Campaign.objects.update(counts_clicks=True)
    assert "Clicked 0" in page(marketer.get(report_of(campaign)))


def test_every_number_has_a_name_above_its_people(campaign):
    assert set(pages.STEPS | pages.OUTCOMES | pages.OTHERS) == set(queries.BEHIND)


@pytest.mark.parametrize(
    ("kind", "detail", "why"),
    [
        ("unsafe", {"failure": "certificate-expired"}, "The server's certificate has expired."),
        ("deferred", {"finding": "No connection to the mail server."}, "No connection to the mail"),
        (
            "deferred",
            {"reply": "450 ada3@postbox.example: later", "meaning": "greylisted"},
            "The server asked us to come back later.",
        ),
    ],
)
def test_who_will_be_tried_again_is_shown_with_the_last_reason(
    marketer, campaign, kind, detail, why
):
    message = Message.objects.get(cause_id=campaign.id, status="deferred")
    hour_ago = clock.now() - timedelta(hours=1)
    earlier = {"reply": "452 full", "meaning": "mailbox_full"}
    MessageEvent.objects.create(
        message=message, kind="deferred", occurred_at=hour_ago, detail=earlier
    )
    MessageEvent.objects.create(message=message, kind=kind, detail=detail)
    shown = html.unescape(page(marketer.get(f"{report_of(campaign)}people/?outcome=held")))
    assert f"Will be tried again {why}" in shown
    assert "ada3@" not in shown
    assert "The mailbox is full." not in shown


def test_a_persons_timeline_calls_the_campaign_by_its_name(marketer, ada):
    campaign = make_campaign()
    contacts.record_activity(
        ada, kind=Activity.Kind.SENT, cause=Message.Cause.CAMPAIGN, cause_id=campaign.id
    )
    contacts.record_activity(
        ada, kind=Activity.Kind.SENT, cause=Message.Cause.VISIT, cause_id=uuid7()
    )
    shown = page(marketer.get(f"/contacts/{ada.id}/"))
    assert "Campaign: Mammogram reminder" in shown
    assert "A workflow step " in shown


def test_unknown_numbers_are_not_found(marketer, campaign):
    assert marketer.get(f"{report_of(campaign)}people/?outcome=flown").status_code == 404


def test_the_bar_asks_again_only_while_messages_are_under_way(marketer, clinic):
    campaign = make_campaign()
    make_message(make_contact(), cause_id=campaign.id, **SENT)
    path = f"/campaigns/{campaign.id}/progress/"
    assert "every 2s" not in marketer.get(path).content.decode()
    make_message(make_contact(), cause_id=campaign.id, status="queued", settled_at=None)
    fragment = marketer.get(path).content.decode()
    assert "every 2s" in fragment
    assert "<html" not in fragment


WORDS = "Sending, 1 will be tried again"


def test_a_campaign_is_not_over_while_a_message_will_be_tried_again(marketer, under_way):
    due = clock.now() + timedelta(minutes=20)
    Message.objects.filter(status="deferred").update(due_at=due)
    told = f'1 person will be tried again; next at <time datetime="{due.isoformat()}">'
    fragment, report, home = (
        marketer.get(path).content.decode()
        for path in (f"/campaigns/{under_way.id}/progress/", report_of(under_way), "/")
    )
    for shown in (fragment, report, home):
        assert told in shown
    assert "This bar updates by itself." in fragment
    assert ", ended" not in report


def test_every_page_says_the_same_of_what_will_be_tried_again(marketer, under_way):
    at = f"/campaigns/{under_way.id}/"
    pages = ["/", "/campaigns/", "/campaigns/?state=sending", at, f"{at}live/", f"{at}report/"]
    for path in [*pages, f"{at}progress/", "/reports/"]:
        assert WORDS in page(marketer.get(path)), path
    Message.objects.filter(status="deferred").update(status="sent", settled_at=clock.now())
    Campaign.objects.update(status="sent", ended_at=clock.now())
    for path in [*pages[1:2], *pages[3:], f"{at}progress/", "/reports/"]:
        shown = page(marketer.get(path))
        assert "Sent" in shown, path
        assert "tried again" not in shown, path
    assert ", ended" in page(marketer.get(report_of(under_way)))
    assert "Nothing is going out right now." in page(marketer.get("/"))


def test_a_paused_campaign_promises_no_next_try(marketer, under_way):
    Campaign.objects.update(status="paused")
    for path in ("/", report_of(under_way), f"/campaigns/{under_way.id}/progress/"):
        shown = page(marketer.get(path))
        assert "1 person waits for another try. Nothing is tried while the campaign" in shown
        assert "next at" not in shown


def test_the_bar_brings_the_state_in_the_head_along(marketer, under_way):
    at = f"/campaigns/{under_way.id}/"
    for path in (f"{at}live/", f"{at}report/"):
        assert marketer.get(path).content.decode().count('id="campaign-state"') == 1
    fragment = marketer.get(f"{at}progress/").content.decode()
    assert fragment.count('<span id="campaign-state" hx-swap-oob="true">') == 1


@pytest.mark.parametrize("status", ["sending", "paused", "sent", "canceled"])
def test_the_campaigns_page_asks_for_the_bar(marketer, clinic, status):
    campaign = make_campaign(status=status)
    shown = marketer.get(f"/campaigns/{campaign.id}/live/").content.decode()
    assert f'hx-get="/campaigns/{campaign.id}/progress/" hx-trigger="load"' in shown


def test_domains_lead_to_their_people_by_an_id(marketer, analyst, campaign, clinic):
    shown = marketer.get(report_of(campaign)).content.decode()
    with tenant_scope(clinic.id):
        domain = recipient_domains.ids(["postbox.example"])["postbox.example"]
    link = f"{report_of(campaign)}people/?outcome=allowed&domain={domain}"
    assert html.escape(link) in shown
    assert "people/?" not in analyst.get(report_of(campaign)).content.decode()
    assert "3 in Mammogram reminder, postbox.example" in page(marketer.get(link))
    for wrong in (uuid7(), "postbox.example"):
        answer = marketer.get(f"{report_of(campaign)}people/?outcome=allowed&domain={wrong}")
        assert answer.status_code == 404


def test_the_name_of_a_domain_is_sealed_once(campaign, clinic):
    with tenant_scope(clinic.id):
        assert RecipientDomain.objects.count() == 3
        assert {group.domain for group in queries.groups(campaign.id)} == {
            "postbox.example",
            "oldcert.example",
            "greymail.example",
        }


@pytest.mark.parametrize(
    ("total", "seconds"), [(0, 2), (299_999, 2), (300_000, 3), (1_000_000, 10)]
)
def test_the_bar_of_a_large_campaign_asks_less_often(total, seconds):
    shown = pages.Progress(total, 0, [], [], "", None, pages.Standing(0, 0, 0))
    assert shown.seconds_to_next == seconds
