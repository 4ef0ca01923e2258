"""Remembering how well each recipient domain protects its mail."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db import connection
from django.db.backends.utils import CursorWrapper

from delivery.evidence import Observation
from delivery.fates import Fate
from delivery.models import DomainPosture, HostObservation
from delivery.models.posture import REMEMBERED_FOR
from delivery.wire.addresses import AddressUnusable, domain_of
from delivery.wire.levels import Level
from tenancy import clock
from tenancy.ids import uuid7
from tenancy.keyring import current_keys
from tenancy.scope import current_tenant_id

# What falls short does not undo what was proved in the same batch.
_REMEMBER = """
INSERT INTO delivery_domainposture AS known (
    id, tenant_id, domain_index, verified_at, unsafe_since, shown, changed_at, level, seen_at
)
SELECT id, %s::uuid, domain_index, verified_at, unsafe_since, shown,
    CASE WHEN shown <> '' THEN %s::timestamptz END, level, %s::timestamptz
FROM unnest(
    %s::uuid[], %s::bytea[], %s::timestamptz[], %s::timestamptz[], %s::text[], %s::int[]
) AS seen (id, domain_index, verified_at, unsafe_since, shown, level)
ON CONFLICT (tenant_id, domain_index) DO UPDATE SET
    verified_at = coalesce(excluded.verified_at, known.verified_at),
    unsafe_since = CASE WHEN excluded.verified_at IS NULL
        THEN coalesce(known.unsafe_since, excluded.unsafe_since) END,
    shown = CASE WHEN excluded.shown = '' THEN known.shown ELSE excluded.shown END,
    changed_at = CASE WHEN excluded.shown IN ('', known.shown)
        THEN known.changed_at ELSE excluded.changed_at END,
    level = coalesce(excluded.level, known.level),
    seen_at = excluded.seen_at
RETURNING domain_index, id
"""

_OBSERVE = """
INSERT INTO delivery_hostobservation AS known (
    id, tenant_id, domain_index, host_index, day, shown, domain, host, count, seen_at
)
SELECT id, %s::uuid, domain_index, host_index, %s::date, shown, domain, host, count,
    %s::timestamptz
FROM unnest(
    %s::uuid[], %s::bytea[], %s::bytea[], %s::text[], %s::bytea[], %s::bytea[], %s::int[]
) AS seen (id, domain_index, host_index, shown, domain, host, count)
ON CONFLICT (tenant_id, domain_index, host_index, day, shown) DO UPDATE SET
    count = known.count + excluded.count, seen_at = excluded.seen_at
"""

LEVELS = frozenset(level.name for level in Level)


@dataclass
class Lesson:
    """What a batch of tries showed of one domain. `is_safe` is None while they prove nothing."""

    is_safe: bool | None = None
    observed: Counter[Observation] = field(default_factory=Counter)

    def learn(self, fate: Fate) -> None:
        """One verified connection outweighs a fault."""
        if fate.domain_is_safe is not None:
            self.is_safe = self.is_safe or fate.domain_is_safe
        self.observed.update(fate.observed)

    @property
    def level(self) -> Level | None:
        """The best that a server reached."""
        names = {each.shown for each in self.observed} & LEVELS
        return max((Level[name] for name in names), default=None)

    @property
    def shown(self) -> str:
        if self.level is not None:
            return self.level.name
        return next(reversed(self.observed)).shown if self.observed else ""


def known(domains: Iterable[str]) -> dict[str, DomainPosture]:
    """What is remembered of these domains."""
    indexes = {_index(domain): domain for domain in domains}
    rows = DomainPosture.objects.filter(
        domain_index__in=list(indexes), seen_at__gt=clock.now() - REMEMBERED_FOR
    )
    return {indexes[row.domain_index]: row for row in rows}


def was_safe(address: str) -> bool:
    """Whether mail to the address's domain left under verified TLS not long ago."""
    try:
        domain = domain_of(address)
    except AddressUnusable:
        return False
    posture = known([domain]).get(domain)
    return posture is not None and posture.was_safe(clock.now())


def remember(lessons: Mapping[str, Lesson], now: datetime) -> dict[str, UUID]:
    """Store what a batch of tries showed, in the caller's transaction.

    Returns the id of each domain, under which its page is found.
    """
    if not lessons:
        return {}
    indexes = {domain: _index(domain) for domain in sorted(lessons)}
    learned = [lessons[domain] for domain in indexes]
    with connection.cursor() as cursor:
        cursor.execute(
            _REMEMBER,
            [
                current_tenant_id(), now, now, [uuid7() for _ in learned], list(indexes.values()),
                [now if lesson.is_safe else None for lesson in learned],
                [now if lesson.is_safe is False else None for lesson in learned],
                [lesson.shown for lesson in learned],
                [lesson.level and lesson.level.value for lesson in learned],
            ],
        )  # fmt: skip
        ids = {bytes(index): row for index, row in cursor.fetchall()}
        _observe(cursor, lessons, indexes, now)
    return {domain: ids[index] for domain, index in indexes.items()}


def _observe(
    cursor: CursorWrapper,
    lessons: Mapping[str, Lesson],
    indexes: Mapping[str, bytes],
    now: datetime,
) -> None:
    seen = [
        (uuid7(), domain, each, count)
        for domain in indexes
        for each, count in lessons[domain].observed.items()
    ]
    if not seen:
        return
    keys, tenant = current_keys(), current_tenant_id()
    domain_field = HostObservation._meta.get_field("domain")
    host_field = HostObservation._meta.get_field("host")
    cursor.execute(
        _OBSERVE,
        [
            tenant, now.date(), now,
            [row for row, *_ in seen],
            [indexes[domain] for _, domain, *_ in seen],
            [keys.blind_index("delivery.host", each.host) for _, _, each, _ in seen],
            [each.shown for _, _, each, _ in seen],
            [domain_field.seal(domain, tenant, row).ciphertext for row, domain, *_ in seen],
            [host_field.seal(each.host, tenant, row).ciphertext for row, _, each, _ in seen],
            [count for *_, count in seen],
        ],
    )  # fmt: skip


def id_of(domain: str) -> UUID | None:
    """Under which the domain is remembered, if it is."""
    found = DomainPosture.objects.filter(domain_index=_index(domain)).first()
    return found.pk if found else None


def _index(domain: str) -> bytes:
    return current_keys().blind_index("delivery.domain", domain)
