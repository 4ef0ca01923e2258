"""What was done with messages: by people and by machines, in all, by link, and one after the other."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from delivery.models import LinkTable, Message, Reaction

PERSON = Q(doer=Reaction.Doer.PERSON)


@dataclass(frozen=True)
class Counted:
    """People who did something, and people for whom only machines did it."""

    people: int
    machines: int


@dataclass(frozen=True)
class LinkRow:
    """One link of a campaign: how many people followed it, how often they did, and how often machines did."""

    address: str
    people: int = 0
    clicks: int = 0
    machine_clicks: int = 0


class Told(NamedTuple):
    """One act, for the story of its message; `address` is empty for an opening."""

    occurred_at: datetime
    doer: Reaction.Doer
    address: str


def counted(campaign_id: UUID, kind: Reaction.Kind) -> Counted:
    done = _of_campaign(campaign_id).filter(kind=kind)
    everybody = done.values("message").distinct().count()
    people = done.filter(PERSON).values("message").distinct().count()
    return Counted(people, everybody - people)


def by_link(campaign_id: UUID) -> list[LinkRow]:
    """Every counted link in the order of the message, also those that nobody followed."""
    found = (
        _of_campaign(campaign_id)
        .filter(kind=Reaction.Kind.CLICKED)
        .values_list("table_id", "link")
        .annotate(
            people=Count("message", filter=PERSON, distinct=True),
            clicks=Count("id", filter=PERSON),
            machine_clicks=Count("id", filter=~PERSON),
        )
    )
    figures = {(table, link): numbers for table, link, *numbers in found}
    rows: dict[str, LinkRow] = {}
    for table in LinkTable.objects.filter(campaign=campaign_id).order_by("created_at"):
        for place, address in enumerate(table.targets):
            people, clicks, machine_clicks = figures.get((table.id, place), (0, 0, 0))
            row = rows.get(address, LinkRow(address))
            rows[address] = LinkRow(
                address,
                row.people + people,
                row.clicks + clicks,
                row.machine_clicks + machine_clicks,
            )
    return list(rows.values())


def addresses(campaign_id: UUID) -> list[str]:
    """Every counted link in the order of the message."""
    tables = LinkTable.objects.filter(campaign=campaign_id).order_by("created_at")
    return list(dict.fromkeys(target for table in tables for target in table.targets))


def reacted(campaign_id: UUID, kind: Reaction.Kind, address: str = "") -> QuerySet[Any, Any]:
    """Ids of the messages with which a person did this, to one link if `address` names it."""
    done = _of_campaign(campaign_id).filter(PERSON, kind=kind)
    if address:
        places = Q(pk__in=[])
        for table in LinkTable.objects.filter(campaign=campaign_id):
            links = [place for place, target in enumerate(table.targets) if target == address]
            places |= Q(table=table, link__in=links)
        done = done.filter(places)
    return done.values("message_id").distinct()


def told(message: Message) -> Iterator[Told]:
    """All that was noted of one message."""
    for act in Reaction.objects.filter(message=message).select_related("table"):
        address = act.table.targets[act.link] if act.table else ""
        yield Told(act.occurred_at, Reaction.Doer(act.doer), address)


def _of_campaign(campaign_id: UUID) -> QuerySet[Reaction]:
    of_it = {"message__cause": Message.Cause.CAMPAIGN, "message__cause_id": campaign_id}
    found: QuerySet[Reaction] = Reaction.objects.filter(**of_it)
    return found
