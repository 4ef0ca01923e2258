"""The arithmetic of a campaign's report, over groups of messages that had the same fate."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from delivery.models.domain_day import FEWEST_PEOPLE

HANDED_OVER = frozenset({"sent", "escrowed"})
NOT_ALLOWED = "skipped"
BY_EMAIL = frozenset({"tls", "plain"})
# What each step of the funnel is a part of.
FORMER = {
    "allowed": "segment",
    "handed_over": "allowed",
    "accepted": "handed_over",
    "portal": "handed_over",
    "read": "portal",
}

# The order in which forecast, live bar and report show what happened to messages.
OUTCOMES = ("tls", "plain", "portal", "held", "failed", "uncertain", "waiting")
TLS_ORDER = ("", "TLSv1.2", "TLSv1.3")
OTHER_DOMAINS = "Other domains"


@dataclass(frozen=True, slots=True)
class Group:
    """`count` messages of one campaign that share all of these."""

    status: str
    route: str  # tls | portal | plain | ""
    domain: str
    tls_version: str  # of the accepted hand-over, "" when none
    bounced: bool  # a report of failure came after it was handed over
    reason: str  # why it was skipped, failed or bounced, "" otherwise
    count: int
    is_read: bool = False  # in the portal


@dataclass(frozen=True)
class Step:
    """One bar of the funnel."""

    key: str
    count: int
    of_former: float | None


@dataclass(frozen=True)
class Slice:
    """One outcome in the split bar and its legend."""

    outcome: str
    count: int
    share: float


@dataclass(frozen=True)
class DomainRow:
    """What became of the messages to one domain: `people` is the sum of the five numbers after it."""

    domain: str
    people: int
    accepted: int  # by the mailbox's server, and not given back
    portal: int
    to_try: int
    failed: int
    other: int  # uncertain or canceled
    read: int  # of those in the portal
    lowest_tls: str  # of what servers accepted, "" when nothing went by TLS

    @property
    def share_accepted(self) -> float | None:
        return share(self.accepted, self.people)


@dataclass(frozen=True)
class Reason:
    reason: str
    count: int


def share(part: int, whole: int) -> float | None:
    """A share of one; None when there is no whole to have a share of."""
    return part / whole if whole else None


def outcome_of(group: Group) -> str:
    """Which part of the split bar the messages belong to. Skipped and canceled ones have none."""
    if group.bounced:
        return "failed"
    if group.status in HANDED_OVER:
        return group.route
    return {
        "deferred": "held",
        "failed": "failed",
        "uncertain": "uncertain",
        "queued": "waiting",
        "leased": "waiting",
        "in_data": "waiting",
    }.get(group.status, "")


def funnel(groups: Sequence[Group], *, read: int) -> list[Step]:
    """From the people in the segment to those whose server took it, and those who read it.

    What rests in the portal was accepted by no server: the two are steps of their own.
    """
    counts = {
        "segment": _sum(groups),
        "allowed": _sum(group for group in groups if group.status != NOT_ALLOWED),
        "handed_over": _sum(group for group in groups if group.status in HANDED_OVER),
        "accepted": _sum(group for group in groups if outcome_of(group) in BY_EMAIL),
        "portal": _sum(group for group in groups if outcome_of(group) == "portal"),
        "read": read,
    }
    return [
        Step(
            key,
            count,
            share(count, counts[FORMER[key]]) if key in FORMER else None,
        )
        for key, count in counts.items()
    ]


def split(groups: Iterable[Group]) -> list[Slice]:
    """How the messages traveled, in the order of OUTCOMES, without those that have none."""
    counts: Counter[str] = Counter()
    for group in groups:
        counts[outcome_of(group)] += group.count
    del counts[""]
    whole = counts.total()
    return [
        Slice(outcome, counts[outcome], counts[outcome] / whole)
        for outcome in OUTCOMES
        if counts[outcome]
    ]


def by_domain(groups: Iterable[Group]) -> list[DomainRow]:
    """One row a recipient domain, largest first."""
    of_domain: dict[str, list[Group]] = {}
    for group in groups:
        if group.status != NOT_ALLOWED:
            of_domain.setdefault(group.domain, []).append(group)
    rows = [_domain_row(domain, members) for domain, members in of_domain.items()]
    return sorted(rows, key=lambda row: (-row.people, row.domain))


def without_small(rows: Sequence[DomainRow]) -> list[DomainRow]:
    """Domains of few people as one row, last: alone, their figures can point at one of them."""
    large = [row for row in rows if row.people >= FEWEST_PEOPLE]
    small = [row for row in rows if row.people < FEWEST_PEOPLE]
    if not small:
        return large
    people, accepted, portal, to_try, failed, other, read = (
        sum(getattr(row, name) for row in small)
        for name in ("people", "accepted", "portal", "to_try", "failed", "other", "read")
    )
    versions = [row.lowest_tls for row in small if row.accepted]
    lowest = min(versions, key=TLS_ORDER.index, default="")
    return [
        *large,
        DomainRow(OTHER_DOMAINS, people, accepted, portal, to_try, failed, other, read, lowest),
    ]


def reasons(groups: Iterable[Group], outcome: str) -> list[Reason]:
    """Why messages failed, or (`skipped`) were never sent, most frequent first."""
    counts: Counter[str] = Counter()
    for group in groups:
        if outcome in (outcome_of(group), group.status):
            counts[group.reason] += group.count
    return [
        Reason(reason, count)
        for reason, count in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    ]


def _domain_row(domain: str, groups: Sequence[Group]) -> DomainRow:
    counts: Counter[str] = Counter()
    for group in groups:
        counts[outcome_of(group)] += group.count
    return DomainRow(
        domain=domain,
        people=counts.total(),
        accepted=counts["tls"] + counts["plain"],
        portal=counts["portal"],
        to_try=counts["held"] + counts["waiting"],
        failed=counts["failed"],
        other=counts["uncertain"] + counts[""],
        read=_sum(group for group in groups if group.is_read),
        lowest_tls=_lowest_tls(groups),
    )


def _lowest_tls(groups: Iterable[Group]) -> str:
    versions = {group.tls_version for group in groups if group.status == "sent"}
    return min(versions, key=TLS_ORDER.index, default="")


def _sum(groups: Iterable[Group]) -> int:
    return sum(group.count for group in groups)
