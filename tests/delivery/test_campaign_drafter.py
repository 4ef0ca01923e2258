"""What a campaign's messages share is looked up anew before it is a second old."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from campaigns.models import Approval
from campaigns.queries import writing
from campaigns.services import sending
from compliance.dlp import scan_values
from contacts.models import Attribute
from delivery import worker
from delivery.drafters import drafters
from delivery.drafts.campaign import CampaignDrafter, shown_values
from delivery.drafts.draft import Draft
from delivery.models import Message
from delivery.services import lease
from delivery.services.recording import Result
from tenancy import clock
from tests.delivery.conftest import PEM
from tests.delivery.sending import freeze
from tests.factories.campaigns import MARKETER, approved_campaign
from tests.factories.compliance import sign_with
from tests.factories.contacts import make_contact
from tests.fakes import FakeTransport


def questions_of(drafter: CampaignDrafter, messages) -> tuple[int, list[Draft | Result]]:
    with CaptureQueriesContext(connection) as asked:
        drafted = list(drafter(messages))
    return len(asked), drafted


def test_the_next_few_messages_ask_nothing_about_their_campaign_again(campaign):
    make_contact()
    freeze()
    messages = lease.claim(10, stopped=()).messages
    drafter = CampaignDrafter()
    with clock.at(clock.now()):
        first, _ = questions_of(drafter, messages)
        second, drafted = questions_of(drafter, messages)
    assert [type(each) for each in drafted] == [Draft]
    assert first - second > 8


def test_a_second_later_a_withdrawn_approval_is_seen(campaign):
    make_contact()
    freeze()
    messages = lease.claim(10, stopped=()).messages
    drafter = CampaignDrafter()
    now = clock.now()
    with clock.at(now):
        assert [type(each) for each in drafter(messages)] == [Draft]
    Approval.objects.update(voided_at=now)
    with clock.at(now + timedelta(seconds=1)):
        (held,) = drafter(messages)
    assert isinstance(held, Result)
    assert held.fate.verdict["outcome"] == "hold"
    assert held.fate.verdict["reasons"] == ["not_approved"]


@pytest.mark.parametrize(
    ("value", "status"),
    [("naltrexone for opioid use disorder", "skipped"), ("Use the blue door", "sent")],
)
def test_a_field_that_is_named_like_a_link_is_looked_at_like_any_other(clinic, value, status):
    Attribute.objects.create(key="note_url", label="Note", type="text", phi_class="none")
    block = {"id": "a", "type": "text", "text": "{{ note_url }}"}
    campaign = approved_campaign(content={"subject": "Hello", "preheader": "", "blocks": [block]})
    sign_with(campaign.sender.domain, PEM)
    sending.send_now(campaign, actor=MARKETER)
    make_contact(note_url=value)
    with clock.at(clock.now() + timedelta(seconds=61)):
        freeze()
        worker.send_due(FakeTransport(), drafters(), stopped=list)
    assert Message.objects.get(cause="campaign").status == status


@pytest.mark.parametrize(("words", "sensitivity"), [("MRN: ", 2), ("Please bring: ", 0)])
def test_a_value_is_looked_at_between_the_words_of_the_message(clinic, words, sensitivity):
    Attribute.objects.create(key="note", label="Note", type="text", phi_class="none")
    block = {"id": "a", "type": "text", "text": words + "{{ note }} today"}
    compiled = writing.compiled(
        approved_campaign(content={"subject": "Hello", "preheader": "", "blocks": [block]})
    )
    found = scan_values(shown_values({"note": "0042311"}, compiled))
    assert found.sensitivity == sensitivity
