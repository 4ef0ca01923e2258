"""Drafts of messages that systems asked for, one by one: made like those of the campaign they name."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from uuid import UUID

from campaigns.content.problems import ContentRefused
from campaigns.models import Campaign
from delivery import fates
from delivery.drafts.campaign import draft_series, series_of
from delivery.drafts.draft import Draft
from delivery.fates import Claimed
from delivery.models import SingleSend
from delivery.services.recording import Result
from segments.parsing import RuleInvalid


def draft_singles(messages: Sequence[Claimed]) -> Iterator[Draft | Result]:
    """A draft for each message that may still go, a fate for the others."""
    sends = SingleSend.objects.in_bulk([message.cause_id for message in messages])
    by_campaign: dict[UUID, list[Claimed]] = defaultdict(list)
    for message in messages:
        by_campaign[sends[message.cause_id].campaign_id].append(message)
    campaigns = Campaign.objects.select_related("segment", "sender__domain").in_bulk(by_campaign)
    for campaign_id, some in by_campaign.items():
        yield from _drafted(campaigns[campaign_id], some)


def _drafted(campaign: Campaign, messages: Sequence[Claimed]) -> Iterator[Draft | Result]:
    try:
        series = series_of(campaign)
    except (ContentRefused, RuleInvalid):
        yield from (Result(message, fates.unsendable("not_renderable")) for message in messages)
    else:
        yield from draft_series(messages, series)
