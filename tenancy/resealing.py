"""Putting every sealed value of a tenant under the newest version of its key, while work goes on.

What is sealed is read off the models, so a new column is covered the day it is added.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import NamedTuple
from uuid import UUID

from django.apps import apps
from django.db import connection, connections, transaction

from tenancy import clock, context, keyring, services
from tenancy.fields import SealedField
from tenancy.models import Job
from tenancy.scope import current_tenant_id
from tenancy.sealing import SealBroken

JOB = "keys.reseal"
LEASE = timedelta(seconds=60)
# A page is read, sealed anew and written back in one short transaction.
PAGE_ROWS = 500
PAGE_BYTES = 4_000_000
FIRST_ID = UUID(int=0)

# Names of tables and columns come from the models, quoted.
_COUNT = """
SELECT ('x' || encode(substring({name} from 2 for 4), 'hex'))::bit(32)::bigint, count(*)
FROM {table} WHERE tenant_id = %s::uuid AND {name} IS NOT NULL GROUP BY 1 ORDER BY 1
"""
_PAGE = """
SELECT id, {name} FROM (
    SELECT id, {name}, row_number() OVER (ORDER BY id) AS place,
        sum(octet_length({name})) OVER (ORDER BY id) AS size
    FROM (SELECT id, {name} FROM {table}
        WHERE tenant_id = %s::uuid AND id > %s::uuid AND {name} IS NOT NULL
            AND substring({name} from 1 for 5) <> %s::bytea
        ORDER BY id LIMIT %s::int) AS rows) AS page
WHERE place = 1 OR size <= %s::bigint ORDER BY id
"""
_DOOR = "SELECT kernel.reseal(%s, %s, %s::smallint, %s, %s::uuid[], %s::bytea[], %s::bytea[])"


class Column(NamedTuple):
    table: str
    name: str


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows of a column whose seal is not of the newest version."""

    column: Column
    ids: Sequence[UUID]
    was: Sequence[bytes]


@dataclass(slots=True)
class Course:
    """How a job went so far: how many values are done, and which do not open at all."""

    done: int
    stopped: bool = False
    broken: int = 0


def sealed_fields() -> list[SealedField]:
    return [
        field
        for model in sorted(apps.get_models(), key=lambda model: model._meta.label)
        for field in model._meta.local_concrete_fields
        if isinstance(field, SealedField)
    ]


def columns() -> list[Column]:
    return [Column(field.model._meta.db_table, str(field.column)) for field in sealed_fields()]


def allow() -> None:
    """Let the door in the database replace seals of every sealed column, and of nothing else."""
    with connections["migrate"].cursor() as cursor:
        for column in columns():
            cursor.execute("SELECT kernel.allow_reseal(%s, %s)", column)


def counts() -> dict[Column, dict[int, int]]:
    """How many values of the tenant each version has sealed, by column."""
    found: dict[Column, dict[int, int]] = {}
    for column in columns():
        table, name = _quoted(column)
        with connection.cursor() as cursor:
            cursor.execute(_COUNT.format(table=table, name=name), [current_tenant_id()])
            found[column] = dict(cursor.fetchall())
    return found


def left() -> int:
    """How many values of the tenant an older version has sealed."""
    newest = keyring.current_keys().newest
    return sum(
        values
        for by_version in counts().values()
        for version, values in by_version.items()
        if version != newest
    )


def work_on(job_id: UUID) -> None:
    """Reseal until nothing is left, unless another worker is at it or somebody asks to stop.

    Repeat-safe: what is done already is told by its seal, so whoever follows a worker that died
    goes on where it stopped.
    """
    job = _claim(job_id)
    if job is None:
        return
    course = Course(done=job.done)
    while not course.stopped:
        before, course.broken = course.done, 0
        for column in columns():
            if not course.stopped:
                _pass(column, job, course)
        # Rows that a writer held come in the next pass; values that do not open never will.
        if course.done == before and left() <= course.broken:
            break
    _end(job, course)


def _claim(job_id: UUID) -> Job | None:
    now = clock.now()
    with transaction.atomic():
        job = (
            Job.objects.select_for_update(skip_locked=True)
            .filter(pk=job_id, kind=JOB, status__in=Job.OPEN)
            .exclude(lease_expires_at__gt=now)
            .first()
        )
        if job is not None:
            job.lease_expires_at = now + LEASE
            job.save(update_fields=["lease_expires_at"])
    return job


def _pass(column: Column, job: Job, course: Course) -> None:
    after = FIRST_ID
    while page := _page(column, after):
        course.done += _replace(page, course)
        after = page.ids[-1]
        Job.objects.filter(pk=job.pk).update(lease_expires_at=clock.now() + LEASE)
        if not services.advance_job(job, done=course.done):
            course.stopped = True
            return


def _page(column: Column, after: UUID) -> Page | None:
    table, name = _quoted(column)
    with connection.cursor() as cursor:
        cursor.execute(
            _PAGE.format(table=table, name=name),
            [current_tenant_id(), after, keyring.current_keys().header, PAGE_ROWS, PAGE_BYTES],
        )
        rows = cursor.fetchall()
    if not rows:
        return None
    return Page(column, [row[0] for row in rows], [bytes(row[1]) for row in rows])


def _replace(page: Page, course: Course) -> int:
    """Swap the seals of a page whose rows are still as they were read. Answers how many."""
    keys, column = keyring.current_keys(), page.column
    ids, was, sealed = [], [], []
    for row, value in zip(page.ids, page.was, strict=True):
        try:
            fresh = keys.reseal(value, table=column.table, column=column.name, row=row)
        except SealBroken:
            course.broken += 1
        else:
            ids.append(row)
            was.append(value)
            sealed.append(fresh)
    number, mac = _signature(column, ids, was, sealed)
    with connection.cursor() as cursor:
        cursor.execute(_DOOR, [*column, number, mac, ids, was, sealed])
        return int(cursor.fetchone()[0])


def _signature(
    column: Column, ids: Sequence[UUID], was: Sequence[bytes], sealed: Sequence[bytes]
) -> tuple[int, bytes]:
    """What the database wants to see: SQL alone cannot change a seal."""
    key = keyring.context_key()
    parts = [
        ",".join(str(row) for row in ids),
        ",".join(f"\\x{value.hex()}" for value in was),
        ",".join(f"\\x{value.hex()}" for value in sealed),
    ]
    digest = hashlib.sha256("|".join(parts).encode()).hexdigest()
    claim = f"{key.number}|reseal|{current_tenant_id()}|{column.table}.{column.name}|{digest}"
    return key.number, bytes.fromhex(context.signed(claim, key).rpartition("|")[2])


def _end(job: Job, course: Course) -> None:
    if course.stopped:
        if job.is_open:
            services.end_job(job, status=Job.Status.CANCELED)
    elif course.broken:
        problem = f"{course.broken} values do not open with any key. They stay as they are."
        services.end_job(job, status=Job.Status.FAILED, problem=problem)
    else:
        services.end_job(job, status=Job.Status.SUCCEEDED)


def _quoted(column: Column) -> tuple[str, str]:
    return connection.ops.quote_name(column.table), connection.ops.quote_name(column.name)
