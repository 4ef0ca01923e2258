"""Counting what becomes of mail, by recipient domain and day, in the transaction that records it."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection

from delivery.fates import Claimed, Fate
from delivery.lanes.operators import lane_of, operator_of
from delivery.models import DomainDay, Message
from delivery.models.domain_day import FEWEST_PEOPLE, FIGURES, WAITS
from delivery.replies import CONSEQUENCES, Meaning
from delivery.wire.addresses import AddressUnusable, domain_of
from tenancy import clock
from tenancy.ids import uuid7
from tenancy.keyring import current_keys
from tenancy.scope import current_tenant_id

# The last of WAITS has no end.
ENDS = (
    timedelta(minutes=1),
    timedelta(minutes=15),
    timedelta(hours=1),
    timedelta(hours=6),
    timedelta(days=1),
)
# An id's last bits are random.
MARK = 0x7FFFFFFF
STATUS_COUNTS = {
    Message.Status.SENT: "accepted",
    Message.Status.DEFERRED: "deferred",
    Message.Status.UNCERTAIN: "uncertain",
}

_ADDED = ", ".join(f"{name} = known.{name} + excluded.{name}" for name in FIGURES)
# A row that knows enough people stays as it is; in the order of the index, so that no two workers wait
# for one another.
_COUNT = f"""
INSERT INTO delivery_domainday AS known (
    id, tenant_id, day, domain_index, domain, operator, people, {", ".join(FIGURES)}
)
SELECT seen.id, %s::uuid, %s::timestamptz, seen.domain_index, seen.domain, seen.operator,
    string_to_array(seen.people, ',')::int[], {", ".join(f"seen.{name}" for name in FIGURES)}
FROM unnest(
    %s::uuid[], %s::bytea[], %s::bytea[], %s::text[], %s::text[], {", ".join(["%s::int[]"] * len(FIGURES))}
) AS seen (id, domain_index, domain, operator, people, {", ".join(FIGURES)})
ON CONFLICT (tenant_id, day, domain_index) DO UPDATE SET {_ADDED},
    operator = CASE WHEN excluded.operator = '' THEN known.operator ELSE excluded.operator END,
    people = CASE WHEN cardinality(known.people) >= {FEWEST_PEOPLE} THEN known.people ELSE (
        SELECT (array_agg(DISTINCT one))[:{FEWEST_PEOPLE}]
        FROM unnest(known.people || excluded.people) AS one
    ) END
"""  # noqa: S608, names of our own columns


@dataclass
class Tally:
    """What is added to a domain's day."""

    figures: Counter[str] = field(default_factory=Counter)
    operator: str = ""
    people: set[int] = field(default_factory=set)


def count_turns(turns: Iterable[tuple[Claimed, Fate, str]]) -> None:
    """Add what a batch of tries came to: each message with its fate and the address it went to."""
    now, tallies = clock.now(), defaultdict[str, Tally](Tally)
    for message, fate, address in turns:
        figures = counted(message, fate, now)
        if figures and message.cause != Message.Cause.TEST:
            _add(tallies, address, message.contact_id, figures, str(fate.detail.get("host", "")))
    _store(tallies, now)


def count_bounce(message: Message, address: str, meaning: Meaning) -> None:
    """It was accepted, and given back since."""
    _count_return(message, address, _bounced(meaning))


def count_complaint(message: Message, address: str) -> None:
    _count_return(message, address, "complained")


def counted(message: Claimed, fate: Fate, now: datetime) -> list[str]:
    """The figures that a message's turn adds one to. What no server was asked about is no sent mail."""
    if fate.status == Message.Status.ESCROWED:
        return ["portal"]
    if "stage" not in fate.detail:
        return []
    figures = ["sent"] if message.attempts == 1 else []
    if fate.status == Message.Status.FAILED:
        return [*figures, _bounced(Meaning(str(fate.detail.get("meaning", Meaning.TRY_LATER))))]
    # Put off again, it is still one message that was put off.
    if (name := STATUS_COUNTS.get(fate.status)) and (name != "deferred" or figures):
        figures.append(name)
    if fate.status == Message.Status.SENT:
        figures += [str(fate.detail["level"]).lower(), _wait(now - message.first_tried_at)]
    return figures


def _bounced(meaning: Meaning) -> str:
    return "hard_bounced" if CONSEQUENCES[meaning].is_final else "soft_bounced"


def _wait(waited: timedelta) -> str:
    return next((name for name, end in zip(WAITS, ENDS, strict=False) if waited <= end), WAITS[-1])


def _count_return(message: Message, address: str, figure: str) -> None:
    tallies = defaultdict[str, Tally](Tally)
    _add(tallies, address, message.contact_id, [figure])
    _store(tallies, clock.now())


def _add(
    tallies: defaultdict[str, Tally], address: str, contact_id: UUID, figures: Iterable[str],
    host: str = "",
) -> None:  # fmt: skip
    try:
        tally = tallies[domain_of(address)]
    except AddressUnusable:
        return
    tally.figures.update(figures)
    if len(tally.people) < FEWEST_PEOPLE:
        tally.people.add(contact_id.int & MARK)
    if host:
        tally.operator = operator_of(lane_of(host)).name


def _store(tallies: dict[str, Tally], now: datetime) -> None:
    if not tallies:
        return
    tenant, keys = current_tenant_id(), current_keys()
    column = DomainDay._meta.get_field("domain")
    rows = sorted(
        (keys.blind_index("delivery.domain", domain), uuid7(), domain, tally)
        for domain, tally in tallies.items()
    )
    day = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    columns: list[list[Any]] = [
        [row_id for _, row_id, _, _ in rows],
        [index for index, _, _, _ in rows],
        [column.seal(domain, tenant, row_id).ciphertext for _, row_id, domain, _ in rows],
        [tally.operator for _, _, _, tally in rows],
        [",".join(map(str, sorted(tally.people))) for _, _, _, tally in rows],
        *([tally.figures[name] for _, _, _, tally in rows] for name in FIGURES),
    ]
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, [tenant, day, *columns])
