"""What a campaign's messages share is looked up anew before it is a second old."""

from datetime import timedelta

from django.db import connection
from django.test.utils import CaptureQueriesContext

from campaigns.models import Approval
from delivery.drafts.campaign import CampaignDrafter
from delivery.drafts.draft import Draft
from delivery.services import lease
from delivery.services.recording import Result
from tenancy import clock
from tests.delivery.sending import freeze
from tests.factories.contacts import make_contact


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
