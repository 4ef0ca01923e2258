"""Drafts of messages that systems asked for, one by one: made like those of the campaign they name."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from uuid import UUID

from campaigns.content.problems import ContentRefused
from campaigns.models import Campaign
from delivery import fates
from delivery.drafts.campaign import draft_series, series_of
from delivery.drafts.draft import Draft
from delivery.drafts.letter import draft_letters
from delivery.fates import Claimed
from delivery.models import Letter, SingleSend
from delivery.services.recording import Result
from segments.parsing import RuleInvalid


def draft_singles(messages: Sequence[Claimed]) -> Iterator[Draft | Result]:
    """A draft for each message that may still go, a fate for the others."""
    causes = [message.cause_id for message in messages]
    sends = SingleSend.objects.in_bulk(causes)
    letters = {letter.send_id: letter for letter in Letter.objects.filter(send__in=causes)}
    by_campaign: dict[UUID, list[Claimed]] = defaultdict(list)
    written: list[Claimed] = []
    for message in messages:
        campaign_id = sends[message.cause_id].campaign_id
        (written if campaign_id is None else by_campaign[campaign_id]).append(message)
    yield from draft_letters(written, letters)
    campaigns = Campaign.objects.select_related("segment", "sender__domain").in_bulk(by_campaign)
    for campaign_id, some in by_campaign.items():
        yield from _drafted(campaigns[campaign_id], some, letters)


def _drafted(
    campaign: Campaign, messages: Sequence[Claimed], letters: Mapping[UUID, Letter]
) -> Iterator[Draft | Result]:
    try:
        series = series_of(campaign)
    except (ContentRefused, RuleInvalid):
        yield from (Result(message, fates.unsendable("not_renderable")) for message in messages)
    else:
        given = {cause: letter.values for cause, letter in letters.items() if letter.values}
        yield from draft_series(messages, series, given)
