"""What a worker does for an import: read the file batch by batch, store or only count, list problems.

Repeat-safe: a worker that dies loses its lease, and the next one begins at the first row again;
people who are stored already are found to be the same.
"""

from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from accounts import rights
from audit import services as audit
from audit.services import Actor
from contacts.entries import Entry, record_number_index
from contacts.importing.encoding import UnreadableFileError
from contacts.importing.people import DOUBTFUL, Batch, Problem, Reader
from contacts.importing.reading import rows
from contacts.importing.survey import survey
from contacts.models import Contact, ImportProblem, ImportRun
from contacts.queries.uploaded import AGREED, chunks_of, plan_of
from contacts.services.consent import Evidence, grant_unasked
from contacts.services.imports import end
from contacts.services.storing import Stored, preview, store
from tenancy import clock
from tenancy import services as tenancy
from tenancy.keyring import current_keys
from tenancy.models import Job

LEASE = timedelta(seconds=90)
# A file that brings workers down five times is given up.
ATTEMPT_LIMIT = 5

Counts = Counter[str]


def work_on(run_id: UUID) -> None:
    """Do what the run waits for, if no other worker is at it."""
    run = _claim(run_id)
    if run is None:
        return
    if run.attempts > ATTEMPT_LIMIT:
        _give_up(run, "The import stopped several times. Nothing more was stored.")
        return
    if rights.has_lost(run.started_by_id, "contacts.import"):
        _give_up(run, "Who started it may not import any more. Nothing more was stored.")
        return
    is_dry = run.status == ImportRun.Status.CHECKING
    counts: Counts = Counter()
    try:
        finished = _read(run, _preview if is_dry else _import, counts)
    except UnreadableFileError as error:
        _give_up(run, str(error))
        return
    with transaction.atomic():
        run.counts = dict(counts)
        run.save(update_fields=["counts", "found_order"])
        _finish(run, is_dry=is_dry, finished=finished)


def _claim(run_id: UUID) -> ImportRun | None:
    now = clock.now()
    with transaction.atomic():
        run = (
            ImportRun.objects.select_for_update(skip_locked=True)
            .filter(Q(lease_expires_at=None) | Q(lease_expires_at__lt=now), pk=run_id)
            .filter(status__in=ImportRun.AT_WORK)
            .first()
        )
        if run is not None:
            run.lease_expires_at, run.attempts = now + LEASE, run.attempts + 1
            run.save(update_fields=["lease_expires_at", "attempts"])
    return run


def _read(run: ImportRun, take: "Callable[[ImportRun, Batch], Counts]", counts: Counts) -> bool:
    """Every batch in turn; False when somebody asked to stop, or who started it lost the right."""
    plan = plan_of(run)
    found = survey(
        rows(chunks_of(run), plan.layout),
        id_column=plan.id_column,
        date_columns=plan.date_columns,
    )
    run.found_order = found.order.value
    ImportProblem.objects.filter(run=run).delete()
    job = run.begun_job
    for batch in Reader(plan, found).batches(rows(chunks_of(run), plan.layout)):
        with transaction.atomic():
            counts.update(take(run, batch))
            _keep_problems(run, batch.problems, counts)
        counts["rows"] += batch.row_count
        ImportRun.objects.filter(pk=run.pk).update(lease_expires_at=clock.now() + LEASE)
        is_wanted = tenancy.advance_job(job, done=counts["rows"], total=found.row_count)
        if not is_wanted or rights.has_lost(run.started_by_id, "contacts.import"):
            return False
    return True


def _preview(run: ImportRun, batch: Batch) -> Counts:
    stored = preview(_entries(batch))
    known = [*stored.changed.values(), *stored.same.values()]
    purposes = (run.basis or {})["purposes"]
    withdrew = Q()
    for purpose in purposes:
        withdrew |= Q(consents__contains={purpose: "withdrawn"})
    counted = _counted(stored)
    if purposes:
        counted["withdrawn"] = Contact.objects.filter(withdrew, pk__in=known).count()
    return counted


def _import(run: ImportRun, batch: Batch) -> Counts:
    stored = store(_entries(batch))
    counted = _counted(stored)
    basis = run.basis or {}
    if basis["purposes"]:
        counted["withdrawn"] = grant_unasked(
            _who_agreed(basis, batch, stored),
            purposes=basis["purposes"],
            evidence=_evidence(run, basis),
            actor=_actor(run),
        )
    return counted


def _entries(batch: Batch) -> list[Entry]:
    return [
        Entry(
            person.identity,
            {key: value for key, value in person.attributes.items() if key != AGREED.key}
            if AGREED.key in person.attributes
            else person.attributes,
        )
        for person in batch.people
    ]


def _who_agreed(basis: dict[str, object], batch: Batch, stored: Stored) -> list[UUID]:
    everyone = stored.everyone
    if basis["column"] is None:
        return list(everyone.values())
    keys = current_keys()
    return [
        everyone[record_number_index(keys, person.identity["external_id"])]
        for person in batch.people
        if person.attributes.get(AGREED.key) is True
    ]


def _evidence(run: ImportRun, basis: dict[str, object]) -> Evidence:
    said_on = date.fromisoformat(str(basis["said_on"]))
    return Evidence(
        source=str(basis["source"]),
        wording=str(basis["wording"]),
        kept=str(basis["kept"]) or f"Import {run.id}",
        said_at=datetime.combine(said_on, time(), UTC),
    )


def _counted(stored: Stored) -> Counts:
    return Counter(created=len(stored.created), changed=len(stored.changed), same=len(stored.same))


def _keep_problems(run: ImportRun, problems: list[Problem], counts: Counts) -> None:
    """Rows for the file of errors; `left_out` counts whole rows, `refused` single cells."""
    for problem in problems:
        counts[problem.code] += 1
        if problem.code != DOUBTFUL:
            counts["refused" if problem.column else "left_out"] += 1
    ImportProblem.objects.bulk_create(
        [
            ImportProblem(
                run=run,
                line=problem.line,
                code=problem.code,
                detail={
                    "column": problem.column,
                    "sentence": problem.sentence,
                    "cells": problem.cells,
                },
            )
            for problem in problems
        ],
        batch_size=1_000,
    )


def _finish(run: ImportRun, *, is_dry: bool, finished: bool) -> None:
    job = run.begun_job
    tenancy.end_job(job, status=Job.Status.SUCCEEDED if finished else Job.Status.CANCELED)
    if is_dry and finished:
        run.status, run.lease_expires_at = ImportRun.Status.CHECKED, None
        run.save(update_fields=["status", "lease_expires_at"])
        return
    audit.record("import.ended", actor=_actor(run), on=run, finished=finished, **run.counts)
    end(run, ImportRun.Status.IMPORTED if finished else ImportRun.Status.CANCELED)


@transaction.atomic
def _give_up(run: ImportRun, sentence: str) -> None:
    tenancy.end_job(run.begun_job, status=Job.Status.FAILED, problem=sentence)
    audit.record("import.failed", actor=_actor(run), on=run)
    end(run, ImportRun.Status.FAILED)


def _actor(run: ImportRun) -> Actor:
    return Actor(kind="user", id=run.started_by_id, name=run.started_by_name)
