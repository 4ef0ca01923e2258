"""A campaign's figures as a file for spreadsheets: one number a line, and nobody in it."""

from collections.abc import Iterator

from campaigns.models import Campaign
from delivery.reports import pages
from delivery.reports.figures import DomainRow
from delivery.tracking.queries import LinkRow

COLUMNS = ["Part of the report", "Of", "Figure", "Number"]
OF_DOMAIN = {
    "people": "People",
    "accepted": "Accepted by its server",
    "portal": "In the portal",
    "read": "Read in the portal",
    "to_try": "Still to try",
    "failed": "Failed",
    "other": "Other",
}
OF_LINK = {
    "people": "People",
    "clicks": "Clicks by people",
    "machine_clicks": "Clicks by machines",
}
LISTS = {
    "From audience to delivery": "funnel",
    "How it traveled": "progress",
    "Why it failed": "bounces",
    "Why it was not sent": "skipped",
}


def lines(campaign: Campaign, *, may_see_people: bool) -> Iterator[list[str]]:
    """What the report shows, in its order."""
    shown = pages.report(campaign, may_see_people=may_see_people)
    yield COLUMNS
    lists = shown | {
        "funnel": [entry for entry, _ in shown["funnel"]],
        "progress": shown["progress"].entries,
    }
    for part, name in LISTS.items():
        for entry in lists[name]:
            yield [part, "", entry.words, str(entry.count)]
    for domain, _ in shown["domains"]:
        yield from _measures("By recipient domain", domain.domain, OF_DOMAIN, domain)
    for link, _ in shown["links"]:
        yield from _measures("By link", link.address, OF_LINK, link)
    for figure in ("withdrew", "complained"):
        yield ["What people did", "", figure.capitalize(), str(shown[figure])]


def _measures(
    part: str, name: str, words: dict[str, str], row: DomainRow | LinkRow
) -> Iterator[list[str]]:
    for field, figure in words.items():
        yield [part, name or "Not known", figure, str(getattr(row, field))]
