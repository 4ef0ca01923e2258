"""What is known of the mail servers of recipients' domains, for the pages of domain security."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import Q, QuerySet

from delivery.models import DomainPosture, HostObservation, ServerPin
from delivery.models.posture import REMEMBERED_FOR
from delivery.reports.reasons import TLS_FAILURES
from delivery.reports.story import PROVEN_LEVELS
from delivery.services import pins, postures
from delivery.wire.addresses import AddressUnusable, a_label
from segments import queries as segments
from segments.parsing import parse
from tenancy import clock

PAGE_SIZE = 25
SAFE = Q(shown__in=sorted(PROVEN_LEVELS))
LEVEL_NAMES = {
    "T4": "Verified, key in signed DNS (DANE)",
    "T3": "Verified, named by its own policy (MTA-STS)",
    "T2P": "Verified, pinned or unchanged",
    "T2": "Verified",
    "T1": "Encrypted, nobody vouches for it",
    "T0": "No TLS",
}
# The choices above the list: of the latest tries.
STATES = {"": "All", "short": "Fell short last", "safe": "Verified last"}
IN_STATE = {"": ~Q(shown=""), "short": ~SAFE & ~Q(shown=""), "safe": SAFE}


@dataclass(frozen=True)
class Day:
    """What a day's tries showed, counted. `x` places it among the days of the trend."""

    day: date
    x: int
    safe: int
    short: int

    @property
    def fill(self) -> str:
        if self.short:
            return "held" if self.safe else "bad"
        return "tls" if self.safe else "soft"


@dataclass(frozen=True)
class Row:
    """A domain in the list."""

    posture: DomainPosture
    name: str
    tone: str
    words: str
    days: Sequence[Day]
    trend: str
    safe: int
    short: int


@dataclass(frozen=True)
class Host:
    """One mail server, over thirty days."""

    name: str
    latest: str
    best: str
    seen_at: datetime
    findings: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class Page:
    rows: list[Row]
    older: UUID | None


def page(state: str, *, before: UUID | None) -> Page:
    """The domains, latest change first. Raises KeyError for an unknown state."""
    found = DomainPosture.objects.filter(IN_STATE[state], seen_at__gt=_since())
    rows = list(_after(found, before).order_by("-changed_at", "-id")[: PAGE_SIZE + 1])
    seen = _observed([row.domain_index for row in rows])
    shown = [_row(row, seen[row.domain_index]) for row in rows[:PAGE_SIZE]]
    return Page(shown, rows[PAGE_SIZE - 1].pk if len(rows) > PAGE_SIZE else None)


def row(posture: DomainPosture) -> Row:
    return _row(posture, _observed([posture.domain_index])[posture.domain_index])


def hosts(posture: DomainPosture) -> list[Host]:
    """Its mail servers, the latest used first."""
    by_host: dict[bytes, list[HostObservation]] = defaultdict(list)
    for each in _observed([posture.domain_index])[posture.domain_index]:
        by_host[each.host_index].append(each)
    return sorted(map(_host, by_host.values()), key=lambda host: host.seen_at, reverse=True)


def pinned() -> list[ServerPin]:
    """By the name of the domain."""
    return sorted((pin for pin in ServerPin.objects.all() if pin.mx), key=lambda pin: pin.domain)


def to_pin(wanted: str) -> dict[str, str]:
    """What the form begins with, for the id of a pin or of a domain that mail went to."""
    try:
        identifier = UUID(wanted)
    except ValueError:
        return {}
    if pin := ServerPin.objects.filter(pk=identifier).first():
        return {"domain": pin.domain, "servers": "\n".join(pin.mx)}
    posture = DomainPosture.objects.filter(pk=identifier).first()
    if posture is None or not posture.shown:
        return {}
    name = row(posture).name
    pin = pins.of(name)
    return {"domain": name, "servers": "\n".join(pin.mx) if pin else ""}


def find(wanted: str) -> UUID | None:
    """The id of the domain of this name or address, if mail to it was tried lately."""
    try:
        return postures.id_of(a_label(wanted.strip().rpartition("@")[2]))
    except AddressUnusable:
        return None


def people(name: str) -> int:
    """How many people have their mailbox there: a look at everybody."""
    condition = {"field": "identity.email_domain", "operator": "is", "value": name}
    rule = parse({"match": "all", "rules": [condition]}, segments.schema())
    return sum(1 for _ in segments.matching(rule))


def in_words(shown: str) -> str:
    return LEVEL_NAMES.get(shown) or TLS_FAILURES[shown]


def finding_in_words(shown: str) -> str:
    """Of one try: at which level mail was offered to it, or why none was."""
    return f"{'Mail offered' if shown in LEVEL_NAMES else 'Held back'}: {in_words(shown)}"


def _after(found: QuerySet[DomainPosture], before: UUID | None) -> QuerySet[DomainPosture]:
    last = DomainPosture.objects.filter(pk=before).first() if before else None
    if last is None:
        return found
    return found.filter(
        Q(changed_at__lt=last.changed_at) | Q(changed_at=last.changed_at, pk__lt=last.pk)
    )


def _since() -> datetime:
    return clock.now() - REMEMBERED_FOR


def _observed(indexes: Iterable[bytes]) -> dict[bytes, list[HostObservation]]:
    """Oldest first."""
    found: dict[bytes, list[HostObservation]] = defaultdict(list)
    rows = HostObservation.objects.filter(domain_index__in=list(indexes), seen_at__gt=_since())
    for each in rows.order_by("seen_at"):
        found[each.domain_index].append(each)
    return found


def _row(posture: DomainPosture, seen: Sequence[HostObservation]) -> Row:
    days = _days(seen)
    used = [day for day in days if day.safe or day.short]
    verified = sum(not day.short for day in used)
    is_safe = posture.shown in PROVEN_LEVELS
    return Row(
        posture,
        seen[-1].domain if seen else "Not known",
        "good" if is_safe else "bad",
        in_words(posture.shown),
        days,
        f"Verified all day on {verified} of {len(used)} days with mail",
        sum(day.safe for day in days),
        sum(day.short for day in days),
    )


def _days(seen: Iterable[HostObservation]) -> list[Day]:
    counts: Counter[tuple[date, bool]] = Counter()
    for each in seen:
        counts[each.day, each.shown in PROVEN_LEVELS] += each.count
    first = _since().date() + timedelta(days=1)
    days = [first + timedelta(days=number) for number in range(REMEMBERED_FOR.days)]
    return [Day(day, x, counts[day, True], counts[day, False]) for x, day in enumerate(days)]


def _host(seen: Sequence[HostObservation]) -> Host:
    found: Counter[str] = Counter()
    for each in seen:
        found[each.shown] += each.count
    best = max((shown for shown in found if shown in LEVEL_NAMES), default="")
    return Host(
        seen[-1].host,
        in_words(seen[-1].shown),
        LEVEL_NAMES[best] if best else "None",
        seen[-1].seen_at,
        tuple((finding_in_words(shown), count) for shown, count in found.most_common()),
    )
