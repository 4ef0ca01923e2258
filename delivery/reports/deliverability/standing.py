"""The arithmetic of deliverability: sums of domains, their order, and what is too small to be shown."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from delivery.models.domain_day import FEWEST_PEOPLE, LEVELS, WAITS
from delivery.reports.figures import share

LEVEL_WORDS = {
    "t4": "signed DNS (DANE)",
    "t3": "the domain's own policy (MTA-STS)",
    "t2p": "servers pinned or unchanged",
    "t2": "certificate checked",
    "t1": "TLS without proof",
    "t0": "no TLS",
}
WAIT_WORDS = {
    "in_minute": "1 minute",
    "in_quarter": "15 minutes",
    "in_hour": "1 hour",
    "in_six_hours": "6 hours",
    "in_day": "1 day",
    "in_longer": "more than a day",
}
PROVEN = ("t2", "t2p", "t3", "t4")


@dataclass(frozen=True)
class Standing:
    """Figures of a domain, an operator, or several of them."""

    counts: Mapping[str, int]

    @property
    def accepted_share(self) -> float | None:
        """At most all: what was sent before the days that are counted may be accepted in them."""
        found = share(self.counts["accepted"], self.counts["sent"])
        return None if found is None else min(found, 1.0)

    @property
    def deferred_share(self) -> float | None:
        return share(self.counts["deferred"], self.counts["sent"])

    @property
    def bounced(self) -> int:
        return self.counts["hard_bounced"] + self.counts["soft_bounced"]

    @property
    def bounced_share(self) -> float | None:
        return share(self.bounced, self.counts["sent"])

    @property
    def complained_share(self) -> float | None:
        return share(self.counts["complained"], self.counts["accepted"])

    @property
    def verified_share(self) -> float | None:
        verified = sum(self.counts[level] for level in PROVEN)
        return share(verified, sum(self.counts[level] for level in LEVELS))

    @property
    def levels(self) -> list[tuple[str, float]]:
        """The share of each level of protection in what was accepted, the best one first."""
        whole = sum(self.counts[level] for level in LEVELS)
        return [
            (words, self.counts[level] / whole)
            for level, words in LEVEL_WORDS.items()
            if self.counts[level]
        ]

    @property
    def median_wait(self) -> str:
        """The end of the span of time that the one in the middle was accepted in."""
        whole, passed = sum(self.counts[wait] for wait in WAITS), 0
        for wait in WAITS:
            passed += self.counts[wait]
            if whole and 2 * passed >= whole:
                return wait
        return ""

    @property
    def wait_words(self) -> str:
        return WAIT_WORDS.get(self.median_wait, "Not known")


@dataclass(frozen=True)
class Domain:
    """A domain by its index; `people` is how many of them are known, and None when nobody has to know."""

    index: bytes
    operator: str
    standing: Standing
    people: int | None = None


@dataclass(frozen=True)
class Group:
    """Domains as one row: of one operator, or those that are too small to stand alone."""

    name: str
    domains: int
    # None when they are too few people even together.
    standing: Standing | None


Order = Callable[[Standing], tuple[float, int]]


def _most(measure: Callable[[Standing], float | None], standing: Standing) -> tuple[float, int]:
    """What has no share comes last; of equals, the one that gets most mail first."""
    found = measure(standing)
    return (1.0 if found is None else -found, -standing.counts["sent"])


def _least(measure: Callable[[Standing], float | None], standing: Standing) -> tuple[float, int]:
    found = measure(standing)
    return (2.0 if found is None else found, -standing.counts["sent"])


def _count(name: str) -> Order:
    return partial(_most, lambda standing: standing.counts[name])


ORDERS: dict[str, Order] = {
    "sent": _count("sent"),
    "accepted": partial(_least, lambda standing: standing.accepted_share),
    "deferred": partial(_most, lambda standing: standing.deferred_share),
    "bounced": partial(_most, lambda standing: standing.bounced_share),
    "complained": _count("complained"),
    "portal": _count("portal"),
    "verified": partial(_least, lambda standing: standing.verified_share),
    "wait": partial(
        _most,
        lambda standing: WAITS.index(standing.median_wait) if standing.median_wait else None,
    ),
}
# Those in which the smallest comes first.
ASCENDING = frozenset({"accepted", "verified"})


def together(domains: Iterable[Domain]) -> Standing:
    counts: Counter[str] = Counter()
    for domain in domains:
        counts.update(domain.standing.counts)
    return Standing(counts)


def by_operator(domains: Iterable[Domain]) -> list[Group]:
    """One row an operator, the largest first."""
    of_operator: dict[str, list[Domain]] = {}
    for domain in domains:
        of_operator.setdefault(domain.operator, []).append(domain)
    rows = [_group(name, members) for name, members in of_operator.items()]
    return sorted(rows, key=lambda row: -_weight(row.standing) if row.standing else 1)


def operators_apart(domains: Sequence[Domain]) -> tuple[list[Group], Group | None]:
    """Operators as rows that may stand beside the rows of their domains, and the rest as one row.

    Who takes the domains that are shown from their operator's row is left with its small ones: they
    count there only if they are enough people. What stays out is made enough people in the same way.
    """
    _, rest = _parted(domains)
    small: dict[str, list[Domain]] = {}
    for domain in rest:
        small.setdefault(domain.operator, []).append(domain)
    out: list[Domain] = []
    for members in sorted(small.values(), key=_people):
        if _is_small(members) or _is_small(out):
            out += members
    gone = {domain.index for domain in out}
    groups = by_operator(domain for domain in domains if domain.index not in gone)
    return groups, _group("", out) if out else None


def apart(domains: Sequence[Domain]) -> tuple[list[Domain], Group | None]:
    """Domains that may stand alone, and the rest as one row: figures about few people point at them."""
    alone, small = _parted(domains)
    return alone, _group("", small) if small else None


def _parted(domains: Iterable[Domain]) -> tuple[list[Domain], list[Domain]]:
    alone: list[Domain] = []
    small: list[Domain] = []
    for domain in domains:
        (small if _is_small([domain]) else alone).append(domain)
    return alone, small


def _group(name: str, domains: Sequence[Domain]) -> Group:
    return Group(name, len(domains), None if _is_small(domains) else together(domains))


def _is_small(domains: Iterable[Domain]) -> bool:
    people = [domain.people for domain in domains if domain.people is not None]
    return bool(people) and sum(people) < FEWEST_PEOPLE


def _people(domains: Iterable[Domain]) -> int:
    return sum(domain.people or 0 for domain in domains)


def _weight(standing: Standing) -> int:
    return standing.counts["sent"] + standing.counts["portal"]
