"""Drafts of messages that were asked for one by one: made like those of the campaign they name.

A message to a second address says what its first one said.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from uuid import UUID

from campaigns.content.problems import ContentRefused
from campaigns.models import Campaign
from contacts import queries as contacts
from delivery import fates
from delivery.drafts.campaign import Known, draft_series, series_of
from delivery.drafts.draft import Draft
from delivery.drafts.letter import draft_letters
from delivery.fates import Claimed
from delivery.models import Letter, Message, MustArrive, SingleSend
from delivery.services.recording import Result
from segments.parsing import RuleInvalid


def draft_singles(messages: Sequence[Claimed]) -> Iterator[Draft | Result]:
    """A draft for each message that may still go, a fate for the others."""
    causes = [message.cause_id for message in messages]
    promises = MustArrive.objects.select_related("message").in_bulk(causes)
    for message in messages:
        if message.cause_id in promises:
            yield from _second(message, promises[message.cause_id].message)
    messages = [message for message in messages if message.cause_id not in promises]
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


def _second(message: Claimed, first: Message) -> Iterator[Draft | Result]:
    """To the second address of its person, which the gate and the routes are asked about anew."""
    person = next(iter(contacts.at_second_address([message.contact_id])), None)
    if person is None:
        yield Result(message, fates.unsendable("no_second_address"))
        return
    known = Known({message.contact_id: person}, contacts.facts_at_second_address(person))
    send = SingleSend.objects.get(pk=message.cause_id)
    letter = Letter.objects.filter(send=first.cause_id).first()
    letters = {message.cause_id: letter} if letter else {}
    if send.campaign_id is None:
        yield from draft_letters([message], letters, known)
    else:
        campaigns = Campaign.objects.select_related("segment", "sender__domain")
        yield from _drafted(campaigns.get(pk=send.campaign_id), [message], letters, known)


def _drafted(
    campaign: Campaign,
    messages: Sequence[Claimed],
    letters: Mapping[UUID, Letter],
    known: Known | None = None,
) -> Iterator[Draft | Result]:
    try:
        series = series_of(campaign)
    except (ContentRefused, RuleInvalid):
        yield from (Result(message, fates.unsendable("not_renderable")) for message in messages)
    else:
        given = {cause: letter.values for cause, letter in letters.items() if letter.values}
        yield from draft_series(messages, series, given, known)
