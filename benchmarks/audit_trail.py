"""What the audit trail costs: an event beside a plain row, and the sequencer beside a hash chain.

`audit.insert`: durable transactions of one event each, with canonical leaf, seals and queue, against the same
transactions that insert a plain row of another guarded table. `audit.sequence`: waiting events of many
tenants that get their places and are signed, against the design that was rejected: each writer reads the
hash before its own, chains to it and stores both, in its own transaction.
"""

import hashlib
import statistics
import sys
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from benchmarks.measurement import Measurement
from benchmarks.workplace import clinic

if TYPE_CHECKING:
    from tenancy.models import Tenant

ROUNDS = 5
ROWS = 400
TENANTS, WAITING = 20, 1_000
INSERT_GOAL, SEQUENCE_GOAL = 0.6, 20.0

CHAIN = """
CREATE TABLE bench_chain (tenant_id uuid PRIMARY KEY, seq bigint NOT NULL, hash bytea NOT NULL);
CREATE TABLE bench_link (tenant_id uuid, seq bigint, hash bytea NOT NULL, PRIMARY KEY (tenant_id, seq));
GRANT SELECT, INSERT, UPDATE ON bench_chain, bench_link TO sealpost_runtime;
"""
# Rows as `record` makes them, but for their seals: only their leaves matter to the sequencer.
FILL = """
INSERT INTO audit_auditevent (id, tenant_id, action, outcome, actor_kind, actor_id, actor_name, object_type,
    object_id, detail, recorded_at, leaf)
SELECT gen_random_uuid(), %s, 'bench.filled', 'done', 'system', 'bench', 'Bench', '', '', '\\x00', now(),
    convert_to(repeat('x', 500) || number, 'UTF8')
FROM generate_series(1, %s) AS number
"""


def main() -> int:
    with clinic() as tenant:
        figures = [insert_figure(), sequence_figure(tenant)]
    for figure in figures:
        print(figure.line())
    return 0 if all(figure.reaches_goal for figure in figures) else 1


def insert_figure() -> Measurement:
    """The two kinds of rows take turns, so that both meet the same machine."""
    pairs = [(per_second(insert_event), per_second(insert_row)) for _ in range(ROUNDS)]
    events, plain = (statistics.median(each) for each in zip(*pairs, strict=True))
    return Measurement(
        name="audit.insert",
        value=events,
        unit="rows/s",
        limit=plain,
        ratio=statistics.median(event / row for event, row in pairs),
        goal=INSERT_GOAL,
        layers=("leaf", "commitment", "seals", "tenant wall", "append-only", "queue", "commit"),
    )


def sequence_figure(tenant: "Tenant") -> Measurement:
    from django.db import connections

    with connections["migrate"].cursor() as cursor:
        cursor.execute(CHAIN)
    tenants = [tenant, *more_tenants()]
    pairs = [(sequenced(tenants), per_second(chain_event)) for _ in range(ROUNDS)]
    value, limit = (statistics.median(each) for each in zip(*pairs, strict=True))
    return Measurement(
        name="audit.sequence",
        value=value,
        unit="events/s",
        limit=limit,
        ratio=statistics.median(done / chained for done, chained in pairs),
        goal=SEQUENCE_GOAL,
        layers=(f"{TENANTS} tenants", "claim", "leaf rows", "trees", "signatures", "commits"),
    )


def per_second(act: Callable[[int], None]) -> float:
    began = time.perf_counter()
    for number in range(ROWS):
        act(number)
    return ROWS / (time.perf_counter() - began)


def insert_event(number: int) -> None:
    from django.db import transaction

    from audit import services as audit

    with transaction.atomic():
        audit.record("bench.done", actor=audit.SYSTEM, rows=number, fields=["given_name", "email"])


def insert_row(number: int) -> None:
    from django.db import transaction

    from tenancy import services

    with transaction.atomic():
        services.start_job(kind="bench", started_by="bench", total=number)


def chain_event(number: int) -> None:
    """One event of a hash chain, as the writer of an event would have to add it."""
    from django.db import connection, transaction

    from tenancy.scope import current_tenant_id

    tenant_id = current_tenant_id()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO bench_chain VALUES (%s, 0, '\\x00') ON CONFLICT DO NOTHING", [tenant_id]
        )
        cursor.execute(
            "SELECT seq, hash FROM bench_chain WHERE tenant_id = %s FOR UPDATE", [tenant_id]
        )
        seq, before = cursor.fetchone()
        link = hashlib.sha256(bytes(before) + b"x" * 500 + str(number).encode()).digest()
        cursor.execute("INSERT INTO bench_link VALUES (%s, %s, %s)", [tenant_id, seq + 1, link])
        cursor.execute(
            "UPDATE bench_chain SET seq = %s, hash = %s WHERE tenant_id = %s",
            [seq + 1, link, tenant_id],
        )


def more_tenants() -> list["Tenant"]:
    from tenancy import services
    from tenancy.ids import uuid7

    names = [f"bench-{uuid7()}" for _ in range(TENANTS - 1)]
    return [services.create_tenant(name="Bench Clinic", slug=name) for name in names]


def sequenced(tenants: list["Tenant"]) -> float:
    """Events a second from the queue into signed trees."""
    from django.db import connection

    from audit import sequencing
    from tenancy.scope import tenant_scope

    sequencing.catch_up()
    for tenant in tenants:
        with tenant_scope(tenant.id), connection.cursor() as cursor:
            cursor.execute(FILL, [tenant.id, WAITING])
    began = time.perf_counter()
    sequencing.catch_up()
    return len(tenants) * WAITING / (time.perf_counter() - began)


if __name__ == "__main__":
    sys.exit(main())
