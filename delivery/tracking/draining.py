"""From the stream to the tables: who did it is decided once what happened around it is known.

Facts may come twice (a drain that died, two at once); each has an id of its own, and a row for it is
made once.
"""

import hashlib
import logging
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from django.db import connection, transaction

from audit import services as audit
from audit.services import SYSTEM
from contacts import services as contacts
from contacts.models import Activity
from delivery.models import Message, Reaction
from delivery.tracking import machines, stream
from delivery.tracking.machines import Act, Doer, History
from delivery.tracking.stream import Fact
from tenancy import clock
from tenancy.keyring import usable
from tenancy.scope import current_tenant_id, tenant_scope

log = logging.getLogger(__name__)

# Stored at once, with what is known of their messages: some hundred megabytes.
MOST_FACTS = 50_000
# A burst that begins now has shown itself by then.
SETTLED_AFTER = machines.BURST + timedelta(seconds=2)
# The same person with the same link within this time did one thing.
ONE_ACT = timedelta(minutes=1)
ACTIVITY = {"opened": Activity.Kind.OPENED, "clicked": Activity.Kind.CLICKED}

_INSERT = """
INSERT INTO delivery_reaction (id, tenant_id, message_id, kind, table_id, link, doer, occurred_at)
SELECT act.id, %s::uuid, act.message_id, act.kind, links.id, act.link, act.doer, act.occurred_at
FROM unnest(
    %s::uuid[], %s::uuid[], %s::text[], %s::text[], %s::smallint[], %s::text[], %s::timestamptz[]
) AS act (id, message_id, kind, reference, link, doer, occurred_at)
LEFT JOIN delivery_linktable links
    ON links.tenant_id = %s::uuid AND links.reference = act.reference AND act.kind = 'clicked'
WHERE act.kind = 'opened' OR links.id IS NOT NULL
ON CONFLICT (id) DO NOTHING
RETURNING id
"""


class Done(NamedTuple):
    """A fact with what was made of it."""

    row: UUID
    message: Message
    kind: str
    fact: Fact
    doer: Doer


def drain() -> int:
    """Store what is old enough. Returns how many entries of the stream were taken out."""
    entries = stream.read(MOST_FACTS)
    if lost := stream.take_lost():
        log.warning("openings and clicks were lost: %d", lost)
        audit.record("reactions.lost", actor=SYSTEM, count=lost)
    horizon = clock.now() - SETTLED_AFTER
    ripe = [entry for entry, facts in entries if all(f.act.occurred_at <= horizon for f in facts)]
    is_flood = sum(len(facts) for _, facts in entries) >= MOST_FACTS
    if (is_flood or len(entries) == stream.MOST_READ) and not ripe:
        ripe = [entry for entry, _ in entries[: -(-len(entries) // 2)]]  # it must not stand still
    taken = frozenset(ripe)
    by_tenant: dict[UUID, list[Fact]] = defaultdict(list)
    due: dict[UUID, set[str]] = defaultdict(set)
    for entry, facts in entries:
        for fact in facts:
            by_tenant[fact.tenant_id].append(fact)
            if entry in taken:
                due[fact.tenant_id].add(fact.id)
    for tenant_id in usable(due):
        with tenant_scope(tenant_id):
            store(by_tenant[tenant_id], due=due[tenant_id])
    stream.forget(ripe)
    return len(ripe)


@transaction.atomic
def store(facts: Sequence[Fact], *, due: set[str]) -> None:
    """Store the facts that are due; the others help to understand them."""
    known = [fact for fact in facts if fact.id in due]
    messages = _countable({fact.message_id for fact in known})
    histories = _histories(facts, messages)
    done = [
        _done(fact, messages[fact.message_id], histories[fact.message_id])
        for fact in sorted(known, key=lambda fact: fact.act.occurred_at)
        if fact.message_id in messages
    ]
    before = _before(messages, done)
    fresh = list(_once(done, before))
    made = _insert(fresh)
    contacts.record_facts(_activity([one for one in fresh if one.row in made], before))


def _countable(ids: set[UUID]) -> dict[UUID, Message]:
    """Without those to people who said no after the mail had left."""
    found = Message.objects.filter(pk__in=ids, contact__refuses_counting=False)
    return {message.id: message for message in found}


def _done(fact: Fact, message: Message, history: History) -> Done:
    row = UUID(bytes=hashlib.sha256(f"{fact.id}.{message.id}".encode()).digest()[:16])
    kind = Reaction.Kind.OPENED if fact.act.link < 0 else Reaction.Kind.CLICKED
    return Done(row, message, kind.value, fact, history.doer_of(fact.act))


def _histories(facts: Iterable[Fact], messages: dict[UUID, Message]) -> dict[UUID, History]:
    """What this look at the stream shows of each message, and what earlier ones stored."""
    acts: dict[UUID, list[Act]] = defaultdict(list)
    first = clock.now()
    for fact in facts:
        if fact.message_id in messages:
            acts[fact.message_id].append(fact.act)
            first = min(first, fact.act.occurred_at)
    stored = Reaction.objects.filter(
        message__in=list(messages), occurred_at__gte=first - machines.BURST, link__isnull=False
    )
    for row in stored:
        if row.link is not None:
            sign = machines.PROBE if row.doer == Doer.PROBE else 0
            acts[row.message_id].append(Act(row.occurred_at, row.link, sign))
    return {key: History(acts[key], message.settled_at) for key, message in messages.items()}


Key = tuple[UUID, str, int | None, str]


def _before(messages: dict[UUID, Message], done: Sequence[Done]) -> dict[Key, datetime]:
    """When each of the things was last done before, if that was lately."""
    if not done:
        return {}
    first = done[0].fact.act.occurred_at - ONE_ACT
    rows = Reaction.objects.filter(message__in=list(messages), occurred_at__gte=first)
    rows = rows.order_by("occurred_at")
    return {
        (message_id, kind, link, doer): at
        for message_id, kind, link, doer, at in rows.values_list(
            "message_id", "kind", "link", "doer", "occurred_at"
        )
    }


def _once(done: Iterable[Done], before: dict[Key, datetime]) -> Iterable[Done]:
    """Without what is one act with something before it."""
    last = dict(before)
    for one in done:
        at = one.fact.act.occurred_at
        key = (one.message.id, one.kind, _link(one.fact), one.doer.value)
        if key not in last or not timedelta(0) <= at - last[key] < ONE_ACT:
            last[key] = at
            yield one


def _insert(done: Sequence[Done]) -> set[UUID]:
    tenant = current_tenant_id()
    columns: list[list[object]] = [
        [one.row for one in done],
        [one.message.id for one in done],
        [one.kind for one in done],
        [one.fact.reference.hex() for one in done],
        [_link(one.fact) for one in done],
        [one.doer.value for one in done],
        [one.fact.act.occurred_at for one in done],
    ]
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, [tenant, *columns, tenant])
        return {row[0] for row in cursor.fetchall()}


def _activity(done: Iterable[Done], before: dict[Key, datetime]) -> Iterable[contacts.Fact]:
    """What people did, and only that: segments and everything that follows up reads it."""
    last = {key[:2]: at for key, at in before.items() if key[3] == Doer.PERSON}
    for one in done:
        at, key = one.fact.act.occurred_at, (one.message.id, one.kind)
        if one.doer != Doer.PERSON:
            continue
        if key not in last or not timedelta(0) <= at - last[key] < ONE_ACT:
            last[key] = at
            message = one.message
            yield contacts.Fact(
                message.contact_id, ACTIVITY[one.kind], message.cause, message.cause_id, at
            )


def _link(fact: Fact) -> int | None:
    return None if fact.act.link < 0 else fact.act.link
