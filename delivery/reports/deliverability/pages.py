"""What the page about deliverability shows, and its file."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse

from delivery.lanes.operators import table
from delivery.models.domain_day import EVENTS, LEVELS
from delivery.reports.deliverability import queries
from delivery.reports.deliverability.standing import (
    ASCENDING,
    ORDERS,
    Domain,
    Standing,
    apart,
    operators_apart,
)
from delivery.reports.figures import OTHER_DOMAINS

PERIODS = (7, 30)
PAGE_SIZE = 50
NEVER_ASKED = "No mail server was asked"
COLUMNS = {
    "sent": "Sent",
    "accepted": "Accepted",
    "deferred": "Put off",
    "bounced": "Bounced",
    "complained": "Complaints",
    "portal": "In the portal",
    "verified": "Verified TLS",
    "wait": "Half accepted within",
}
FILE_COLUMNS = [
    "Domain",
    "Mail operator",
    *(name.replace("_", " ").capitalize() for name in EVENTS),
    *(f"Accepted at {level.upper()}" for level in LEVELS),
    "Half accepted within",
]


@dataclass(frozen=True)
class Row:
    name: str
    standing: Standing | None
    # Who runs it, or how many domains it stands for.
    about: str


@dataclass(frozen=True)
class Column:
    """A head of the table; the url sorts by it."""

    key: str
    words: str
    url: str
    direction: str


@dataclass(frozen=True)
class Page:
    operators: list[Row]
    rows: list[Row]
    domains: int
    other: Row | None
    older_from: int | None
    newer_from: int | None


def page(days: int, *, sort: str, first: int, may_see_people: bool) -> Page:
    """Domains in an order, `first` of them passed over."""
    everything = queries.domains(days, counts_people=not may_see_people)
    alone, rest = apart(everything)
    ordered = sorted(alone, key=lambda domain: ORDERS[sort](domain.standing))
    operators, others = operators_apart(everything)
    return Page(
        operators=[
            *(
                Row(operator_label(group.name), group.standing, _domains(group.domains))
                for group in operators
            ),
            *([Row(OTHER_DOMAINS, others.standing, _domains(others.domains))] if others else []),
        ],
        rows=_rows(ordered[first : first + PAGE_SIZE]),
        domains=len(everything),
        other=Row(OTHER_DOMAINS, rest.standing, _domains(rest.domains)) if rest else None,
        older_from=first + PAGE_SIZE if len(ordered) > first + PAGE_SIZE else None,
        newer_from=max(first - PAGE_SIZE, 0) if first else None,
    )


def found(wanted: str, days: int, *, may_see_people: bool) -> list[Row]:
    """The one domain that was searched for, unless it is nobody's or too small to be shown."""
    index = queries.index_of(wanted)
    alone, _ = apart(queries.domains(days, counts_people=not may_see_people))
    return _rows([domain for domain in alone if domain.index == index])


def columns(days: int, sort: str) -> list[Column]:
    at = reverse("reports:deliverability")
    direction = "ascending" if sort in ASCENDING else "descending"
    return [
        Column(
            key,
            words,
            f"{at}?{urlencode({'days': days, 'sort': key})}",
            direction if key == sort else "",
        )
        for key, words in COLUMNS.items()
    ]


def lines(days: int, *, may_see_people: bool) -> Iterator[list[str]]:
    """The same as a file: every domain that may stand alone, then the others as one."""
    yield FILE_COLUMNS
    alone, rest = apart(queries.domains(days, counts_people=not may_see_people))
    ordered = sorted(alone, key=lambda domain: ORDERS["sent"](domain.standing))
    names = queries.names([domain.index for domain in ordered])
    for domain in ordered:
        yield [names[domain.index], operator_label(domain.operator), *_cells(domain.standing)]
    if rest and rest.standing:
        yield [OTHER_DOMAINS, "", *_cells(rest.standing)]


def operator_label(name: str) -> str:
    return table()[name].label if name else NEVER_ASKED


def _cells(standing: Standing) -> list[str]:
    counts = [str(standing.counts[name]) for name in (*EVENTS, *LEVELS)]
    return [*counts, standing.wait_words]


def _rows(domains: Sequence[Domain]) -> list[Row]:
    names = queries.names([domain.index for domain in domains])
    return [
        Row(names[domain.index], domain.standing, operator_label(domain.operator))
        for domain in domains
    ]


def _domains(count: int) -> str:
    return "1 domain" if count == 1 else f"{count:,} domains"
