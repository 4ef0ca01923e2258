"""Runs of retention: begun daily or by hand, watched, stopped, taken up again, certified."""

from datetime import timedelta
from uuid import UUID

from django.db import IntegrityError, connection, transaction
from django.db.models import QuerySet

from audit import services as audit
from audit.services import SYSTEM, Actor
from compliance import certificate, holding, queries, removing
from compliance.aging import entries
from compliance.lifecycle import Lifecycle
from compliance.models import RetentionRun
from tenancy import clock
from tenancy import services as tenancy
from tenancy.errors import DomainError
from tenancy.models import Job

JOB = "retention.run"
EVERY = timedelta(hours=24)
LEASE = timedelta(seconds=60)


class RunUnderWay(DomainError):
    """One run at a time."""


def tenants_with_work() -> list[UUID]:
    """Workspaces without a run for a day, or with one whose worker is gone."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tenant FROM kernel.due_retention(%s)", [clock.now() - EVERY])
        return [row[0] for row in cursor.fetchall()]


def begin(*, actor: Actor) -> RetentionRun:
    """Take down the rules that hold now and count what is due. Raises RunUnderWay."""
    settings = queries.retention()
    try:
        with transaction.atomic():
            run = RetentionRun.objects.create(
                job=tenancy.start_job(kind=JOB, started_by=actor.id, total=_due_now()),
                started_by=actor.id,
                started_by_name=actor.name,
                rule_version=settings.version,
                days={retained.value: days for retained, days in settings.periods.days.items()},
            )
            audit.record("retention.begun", actor=actor, on=run, rule_version=settings.version)
    except IntegrityError as error:
        raise RunUnderWay("A run is under way. Wait until it has ended.") from error
    return run


def work() -> None:
    """Begin the daily run if it is time, then go on with the run that is open."""
    recent = RetentionRun.objects.filter(begun_at__gt=clock.now() - EVERY)
    is_open = RetentionRun.objects.filter(ended_at__isnull=True)
    if not recent.exists() and not is_open.exists():
        begin(actor=SYSTEM)
    run = _claim()
    if run is not None:
        _go_on(run)


def stop(*, actor: Actor) -> None:
    """Ask the open run to end after its next step. Raises JobEnded."""
    run = RetentionRun.objects.filter(ended_at__isnull=True).select_related("job").first()
    if run is None or run.job is None:
        raise tenancy.JobEnded("No run is under way.")
    tenancy.cancel_job(run.job)
    audit.record("retention.stop_asked", actor=actor, on=run)


def _due_now() -> int:
    periods, held = queries.retention().periods, holding.held()
    return sum(removing.due(entry, periods, held).count() for entry in entries())


def _claim() -> RetentionRun | None:
    now = clock.now()
    with transaction.atomic():
        run = RetentionRun.objects.filter(ended_at__isnull=True).first()
        if run is None or run.job_id is None:
            return None
        free = Job.objects.select_for_update(skip_locked=True).filter(pk=run.job_id)
        job = free.exclude(lease_expires_at__gt=now).first()
        if job is None:
            return None
        job.lease_expires_at = now + LEASE
        job.save(update_fields=["lease_expires_at"])
    return run


def _go_on(run: RetentionRun) -> None:
    """Repeat-safe: what is gone is no longer due, so whoever follows a worker that died goes on."""
    for entry in entries():
        while _step(run, entry):
            pass
        if _is_stopping(run):
            _end(run, RetentionRun.Outcome.STOPPED)
            return
    _end(run, RetentionRun.Outcome.DONE)


def _step(run: RetentionRun, entry: Lifecycle) -> bool:
    """False when nothing more of this table is due, or somebody asked to stop."""
    with transaction.atomic():
        # Asked for in each step: a hold that was placed a moment ago keeps what is left.
        removed, gone = removing.remove_step(entry, run.periods, holding.held())
        if not removed:
            return False
        counts = run.removed.setdefault(removing.class_name(entry), {})
        for table, rows in gone.items():
            counts[table] = counts.get(table, 0) + rows
        run.save(update_fields=["removed"])
        _job(run).update(lease_expires_at=clock.now() + LEASE)
        job = _job(run).get()
        return tenancy.advance_job(job, done=job.done + removed)


def _job(run: RetentionRun) -> QuerySet[Job]:
    """An open run has its job; the key is emptied long after the run has ended."""
    return Job.objects.filter(retention_runs=run)


def _is_stopping(run: RetentionRun) -> bool:
    return _job(run).filter(cancel_requested_at__isnull=False).exists()


@transaction.atomic
def _end(run: RetentionRun, outcome: RetentionRun.Outcome) -> None:
    run.ended_at, run.outcome = clock.now(), outcome
    run.certificate_hash = certificate.digest(run)
    event = audit.record(
        "retention.ended",
        actor=SYSTEM,
        on=run,
        outcome=outcome.value,
        rule_version=run.rule_version,
        removed=run.removed,
        sha256=run.certificate_hash,
    )
    run.event_id = event.pk
    run.save(update_fields=["ended_at", "outcome", "certificate_hash", "event_id"])
    job = _job(run).get()
    is_done = outcome is RetentionRun.Outcome.DONE
    tenancy.end_job(job, status=Job.Status.SUCCEEDED if is_done else Job.Status.CANCELED)
