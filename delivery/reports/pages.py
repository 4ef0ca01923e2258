"""What the report's templates show, with links only for those who may see the people."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.urls import reverse

from campaigns.models import Campaign
from contacts.models import Activity
from delivery.models import Message, Reaction
from delivery.reports import figures, queries
from delivery.reports.figures import DomainRow, Group
from delivery.reports.reasons import in_words
from delivery.services import recipient_domains
from delivery.tracking import queries as tracking
from delivery.tracking.queries import Counted, LinkRow

STEPS = {
    "segment": "In the segment",
    "allowed": "Allowed to receive it",
    "handed_over": "Handed over",
    "accepted": "Accepted by its server",
    "portal": "In the portal",
    "read": "Read in the portal",
}
OUTCOMES = {
    "tls": "Verified TLS",
    "plain": "Without verified TLS",
    "portal": "Secure portal",
    "held": "Will retry",
    "failed": "Failed",
    "uncertain": "Uncertain",
    "waiting": "Waiting",
}
# What other numbers of the report are called above the people behind them.
OTHERS = {
    "skipped": "Not sent",
    "canceled": "Canceled",
    "unannounced": "In the portal, but the notice did not arrive",
    "opened": "Opened",
    "clicked": "Clicked",
}
CANCELED = Message.Status.CANCELED
# What the design calls these parts of the bar.
BAR = {
    "tls": "tls",
    "plain": "soft",
    "portal": "portal",
    "held": "held",
    "failed": "bad",
    "uncertain": "unsure",
}


@dataclass(frozen=True)
class Entry:
    """A number with its words; `url` is empty for those who may not see the people behind it."""

    key: str
    words: str
    count: int
    share: float | None = None
    url: str = ""

    @property
    def in_midst(self) -> str:
        """The words within a sentence; an abbreviation keeps its capitals."""
        return f"{self.words[0].lower()}{self.words[1:]}"


@dataclass(frozen=True)
class Retry:
    """Messages that a server put off."""

    people: int
    next_at: datetime


@dataclass(frozen=True)
class Standing:
    """What a pause or an end means for the messages: the three add up to all that may go."""

    on_the_way: int
    waits: int
    will_not_go: int


@dataclass(frozen=True)
class Progress:
    """How far the hand-over has come, for the bar that campaign page, Home and report share."""

    total: int
    handed_over: int
    entries: list[Entry]
    counts: list[tuple[str, int]]
    label: str
    retry: Retry | None
    standing: Standing

    @property
    def is_under_way(self) -> bool:
        """Something waits for its turn or for another try."""
        return any(entry.key in ("waiting", "held") for entry in self.entries)

    @property
    def share(self) -> float | None:
        return figures.share(self.handed_over, self.total)

    @property
    def seconds_to_next(self) -> int:
        """Until the bar asks again: each answer takes a look at every message."""
        return max(2, self.total // 100_000)


def progress(campaign_id: UUID, *, may_see_people: bool) -> Progress:
    return _progress(queries.fates(campaign_id), campaign_id, may_see_people=may_see_people)


def report(campaign: Campaign, *, may_see_people: bool) -> dict[str, Any]:
    groups = queries.groups(campaign.id)
    link = _Links(campaign.id, may_see_people)
    funnel = [
        Entry(step.key, STEPS[step.key], step.count, step.of_former, link.to(step.key))
        for step in figures.funnel(groups, read=queries.read_in_portal(campaign.id))
    ]
    bar = _progress(groups, campaign.id, may_see_people=may_see_people)
    domains = figures.by_domain(groups)
    shown = domains if may_see_people else figures.without_small(domains)
    return {entry.key: entry.count for entry in bar.entries} | {
        "campaign": campaign,
        "funnel": [(entry, figures.share(entry.count, funnel[0].count)) for entry in funnel],
        "progress": bar,
        "accepted": sum(entry.count for entry in bar.entries if entry.key in figures.BY_EMAIL),
        "domains": link.to_domains(shown),
        "bounces": _reasons(groups, "failed", link),
        "skipped": _reasons(groups, "skipped", link),
        "unannounced": _unannounced(campaign.id, link),
        "opened": _counted(campaign, Reaction.Kind.OPENED, is_counted=campaign.counts_opens),
        "clicked": _counted(campaign, Reaction.Kind.CLICKED, is_counted=campaign.counts_clicks),
        "links": link.to_links(tracking.by_link(campaign.id) if campaign.counts_clicks else []),
        "opened_url": link.to("opened"),
        "clicked_url": link.to("clicked"),
        "withdrew": queries.people_who_withdrew(campaign.id),
        "complained": queries.people_who(campaign.id, Activity.Kind.COMPLAINED),
    }


def _counted(campaign: Campaign, kind: Reaction.Kind, *, is_counted: bool) -> Counted:
    """Asked for only where something can be there: it takes a look at every message."""
    return tracking.counted(campaign.id, kind) if is_counted else Counted(people=0, machines=0)


@dataclass(frozen=True)
class _Links:
    campaign_id: UUID
    may_see_people: bool

    def to(self, outcome: str, reason: str = "", **narrower: object) -> str:
        if not self.may_see_people or outcome not in queries.BEHIND:
            return ""
        query = {"outcome": outcome} | ({"reason": reason} if reason else {}) | narrower
        return f"{reverse('reports:people', args=[self.campaign_id])}?{urlencode(query)}"

    def to_domains(self, rows: Sequence[DomainRow]) -> list[tuple[DomainRow, str]]:
        """By an id of the workspace: the name of a small employer's domain stays out of addresses."""
        ids = recipient_domains.ids(row.domain for row in rows) if self.may_see_people else {}
        return [
            (row, self.to("allowed", domain=ids[row.domain]) if row.domain in ids else "")
            for row in rows
        ]

    def to_links(self, rows: Sequence[LinkRow]) -> list[tuple[LinkRow, str]]:
        return [
            (row, self.to("clicked", link=place) if row.people else "")
            for place, row in enumerate(rows)
        ]


def _unannounced(campaign_id: UUID, link: _Links) -> Entry | None:
    """Who has a message in the portal and was never led to it."""
    count = queries.unannounced_messages(campaign_id).count()
    who = "1 person does" if count == 1 else f"{count:,} people do"
    words = f"{who} not know of the message in the portal."
    return Entry("unannounced", words, count, None, link.to("unannounced")) if count else None


def _progress(groups: Sequence[Group], campaign_id: UUID, *, may_see_people: bool) -> Progress:
    link = _Links(campaign_id, may_see_people)
    entries = [
        Entry(part.outcome, OUTCOMES[part.outcome], part.count, part.share, link.to(part.outcome))
        for part in figures.split(groups)
    ]
    left = figures.BY_EMAIL | {"portal"}
    handed_over = sum(entry.count for entry in entries if entry.key in left)
    spoken = ", ".join(f"{entry.count} {entry.in_midst}" for entry in entries)
    return Progress(
        total=sum(entry.count for entry in entries),
        handed_over=handed_over,
        entries=entries,
        counts=[(BAR[entry.key], entry.count) for entry in entries if entry.key in BAR],
        label=spoken or "Nothing to hand over yet",
        retry=_retry(entries, campaign_id),
        standing=Standing(
            _in(groups, *Message.AT_WORK), _in(groups, *Message.DUE), _in(groups, CANCELED)
        ),
    )


def _in(groups: Sequence[Group], *statuses: str) -> int:
    return sum(group.count for group in groups if group.status in statuses)


def _retry(entries: Sequence[Entry], campaign_id: UUID) -> Retry | None:
    held = sum(entry.count for entry in entries if entry.key == "held")
    next_at = queries.next_try(campaign_id) if held else None
    return Retry(held, next_at) if next_at else None


def _reasons(groups: Sequence[Group], outcome: str, link: _Links) -> list[Entry]:
    return [
        Entry(each.reason, in_words(each.reason), each.count, url=link.to(outcome, each.reason))
        for each in figures.reasons(groups, outcome)
    ]
