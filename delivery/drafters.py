"""Which drafter makes the messages of which cause."""

from delivery.drafts.campaign import CampaignDrafter, draft_campaign
from delivery.drafts.notice import draft_notices
from delivery.drafts.single import draft_singles
from delivery.drafts.test_send import draft_tests
from delivery.models import Message
from delivery.worker import Drafter

DRAFTERS: dict[str, Drafter] = {
    Message.Cause.CAMPAIGN: draft_campaign,
    Message.Cause.API: draft_singles,
    Message.Cause.NOTICE: draft_notices,
    Message.Cause.TEST: draft_tests,
}


def drafters() -> dict[str, Drafter]:
    """For one worker, which asks them again and again for the same campaign."""
    return DRAFTERS | {Message.Cause.CAMPAIGN: CampaignDrafter()}
