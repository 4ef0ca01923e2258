"""The people behind a number of a report, as those whom a file of people can be about."""

from collections.abc import Iterator
from functools import partial
from uuid import UUID

from campaigns.models import Campaign
from contacts import export_sources
from contacts.export_sources import Source
from contacts.queries import people
from contacts.queries.streaming import Person
from delivery.reports import queries

PREFIX = "report."


def people_of(outcome: str, campaign_id: UUID | None) -> Iterator[Person]:
    """As they are now: a number that moves on while a file is made takes its people along."""
    found = queries.behind(_named(campaign_id), outcome)
    return people(sorted(set(found.values_list("contact_id", flat=True))))


def is_there(campaign_id: UUID | None) -> bool:
    return Campaign.objects.filter(pk=_named(campaign_id), status__in=Campaign.WAS_STARTED).exists()


def register() -> None:
    for outcome in queries.BEHIND:
        source = Source("People of a report", partial(people_of, outcome), is_there)
        export_sources.register(f"{PREFIX}{outcome}", source)


def _named(campaign_id: UUID | None) -> UUID:
    """A form may leave the id out; no campaign has this one."""
    return campaign_id or UUID(int=0)
