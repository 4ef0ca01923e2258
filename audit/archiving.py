"""Writes each closed month of the log into an archive, watches and stops the writing, checks what was written.

A worker that follows one that died begins the month anew; months before it stay as they are.
"""

import hashlib
import io
import zipfile
from datetime import date, timedelta
from uuid import UUID

from django.db import connection, transaction

from audit import archives, evidence, merkle, queries, sequencing, services, verifier
from audit.archives import ArchiveFile
from audit.evidence import Evidence, Start
from audit.models import Archive, ArchivePiece, Checkpoint
from audit.services import SYSTEM, Actor
from tenancy import clock
from tenancy import services as tenancy
from tenancy.errors import DomainError
from tenancy.keyring import SealBroken
from tenancy.models import Job

WRITE, CHECK = "audit.archive", "audit.archive_check"
LEASE = timedelta(seconds=60)
ATTEMPT_LIMIT = 5
Status = Archive.Status


class ArchiveBusy(DomainError):
    """It is being written or checked at this moment, or has no file yet."""


class _Stopped(Exception):
    """Somebody asked to stop, or another worker took over."""


def tenants_with_closed_months() -> list[UUID]:
    """Workspaces without an archive of the month that closed last."""
    this_month = (clock.now() - archives.SETTLES).date().replace(day=1)
    with connection.cursor() as cursor:
        cursor.execute("SELECT kernel.due_archives(%s)", [this_month - timedelta(days=1)])
        return [row[0] for row in cursor.fetchall()]


def due_jobs() -> list[tuple[UUID, UUID]]:
    """Tenants and their jobs that no worker holds, the oldest first."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tenant_id, job_id FROM kernel.due_archive_jobs()")
        return list(cursor.fetchall())


def begin_next() -> Archive | None:
    """The oldest closed month without an archive gets one, after those before it. Not for an open transaction."""
    sequencing.catch_up()
    last = archives.newest()
    span = archives.next_span() if last is None or last.sha256 else None
    if span is None:
        return None
    with transaction.atomic():
        before = b"".join(archives.frontier_at(span.first))
        archive, is_new = Archive.objects.get_or_create(
            month=span.month, defaults={"first": span.first, "end": span.end, "before": before}
        )
        if is_new:
            _queue(archive, WRITE, actor=SYSTEM)
    return archive


@transaction.atomic
def go_on(archive: Archive, *, actor: Actor) -> None:
    """Write what was stopped or failed after all. Raises ArchiveBusy."""
    archive = _locked(archive, Status.STOPPED, Status.FAILED)
    archive.status, archive.attempts = Status.WRITING, 0
    archive.save(update_fields=["status", "attempts"])
    _queue(archive, WRITE, actor=actor)
    services.record("archive.resumed", actor=actor, on=archive, **_said(archive))


@transaction.atomic
def ask_check(archive: Archive, *, actor: Actor) -> None:
    """Raises ArchiveBusy."""
    archive = _locked(archive, Status.READY)
    if archive.job is not None and archive.job.is_open:
        raise ArchiveBusy("This archive is being checked already.")
    _queue(archive, CHECK, actor=actor)
    services.record("archive.check_started", actor=actor, on=archive, **_said(archive))


@transaction.atomic
def stop(archive: Archive, *, actor: Actor) -> None:
    """Ask whoever is at it to stop. Raises JobEnded."""
    if archive.job is None:
        raise tenancy.JobEnded("Nobody is at this archive.")
    tenancy.cancel_job(archive.job)
    services.record("archive.stop_asked", actor=actor, on=archive, **_said(archive))


def work_on(job_id: UUID) -> None:
    """Write or check the archive that this job is for, if no other worker is at it."""
    archive = _claim(job_id)
    if archive is None:
        return
    if archive.job.kind == CHECK:
        _check(archive)
    elif archive.attempts > ATTEMPT_LIMIT:
        _end_writing(archive, Status.FAILED, Job.Status.FAILED)
    else:
        _write(archive)
        begin_next()


def _queue(archive: Archive, kind: str, *, actor: Actor) -> None:
    archive.job = tenancy.start_job(kind=kind, started_by=actor.id, total=archive.events)
    archive.save(update_fields=["job"])


def _locked(archive: Archive, *allowed: str) -> Archive:
    found = Archive.objects.select_for_update(of=("self",)).select_related("job").get(pk=archive.pk)
    if found.status not in allowed:
        raise ArchiveBusy(f"This archive has moved on: {found.get_status_display().lower()}.")
    return found


@transaction.atomic
def _claim(job_id: UUID) -> Archive | None:
    now = clock.now()
    jobs = Job.objects.select_for_update(skip_locked=True).filter(pk=job_id, status__in=Job.OPEN)
    job = jobs.exclude(lease_expires_at__gt=now).first()
    archive = Archive.objects.select_for_update().filter(job=job).first() if job else None
    if job is None or archive is None:
        return None
    job.lease_expires_at = now + LEASE
    job.save(update_fields=["lease_expires_at"])
    archive.job = job
    if archive.status == Status.WRITING:
        # What a worker that died has written goes, and if it lives, it finds itself followed.
        ArchivePiece.objects.filter(archive=archive).delete()
        archive.attempts += 1
        archive.save(update_fields=["attempts"])
    return archive


def _write(archive: Archive) -> None:
    made = _evidence(archive)
    digest, length = hashlib.sha256(), 0
    try:
        for position, piece in enumerate(made.stream()):
            _keep(archive, position, piece, made.progress.events)
            digest.update(piece)
            length += len(piece)
    except _Stopped:
        _end_writing(archive, Status.STOPPED, Job.Status.CANCELED)
        return
    frontier = archives.split(archive.before)
    for place, leaf in enumerate(
        queries.leaf_hashes(archive.end, first=archive.first), archive.first
    ):
        merkle.append(frontier, place, leaf)
    archive.sha256, archive.length, archive.after = digest.hexdigest(), length, b"".join(frontier)
    archive.size, archive.root = made.checkpoint.size, bytes(made.checkpoint.root)
    archive.ready_at = clock.now()
    _end_writing(archive, Status.READY, Job.Status.SUCCEEDED)


def _evidence(archive: Archive) -> Evidence:
    """The events under the first checkpoint that covers them all."""
    covering = Checkpoint.objects.filter(size__gte=archive.end).order_by("size", "signed_at")
    return Evidence(
        first=archive.first,
        end=archive.end,
        with_details=True,
        checkpoint=covering[0],
        signers=evidence.signers(),
        start=Start(archive.first, tuple(archives.split(archive.before))),
    )


@transaction.atomic
def _keep(archive: Archive, position: int, piece: bytes, done: int) -> None:
    _go_on(archive, done)
    ArchivePiece.objects.create(
        archive=archive, position=position, length=len(piece), content=piece
    )


def _go_on(archive: Archive, done: int) -> None:
    """Keep the lease and tell how far it is. For a transaction. Raises _Stopped."""
    Job.objects.filter(pk=archive.job.pk).update(lease_expires_at=clock.now() + LEASE)
    is_wanted = tenancy.advance_job(archive.job, done=done)
    is_ours = Archive.objects.select_for_update().filter(
        pk=archive.pk, attempts=archive.attempts, job=archive.job
    )
    if not is_wanted or not is_ours.exists():
        raise _Stopped


@transaction.atomic
def _end_writing(archive: Archive, status: str, outcome: Job.Status) -> None:
    """The last word on a month, unless another worker took over."""
    known = Archive.objects.select_for_update().filter(pk=archive.pk, attempts=archive.attempts)
    if not known.filter(status=Status.WRITING).exists():
        return
    if status != Status.READY:
        ArchivePiece.objects.filter(archive=archive).delete()
    archive.status = status
    archive.save(
        update_fields=[
            "status", "sha256", "length", "after", "size", "root", "ready_at",
        ]
    )  # fmt: skip
    tenancy.advance_job(archive.job, done=archive.events if status == Status.READY else 0)
    tenancy.end_job(archive.job, status=outcome)
    services.record(f"archive.{status}", actor=SYSTEM, on=archive, **_said(archive))


def _check(archive: Archive) -> None:
    try:
        problem = _problem_of(archive)
    except _Stopped:
        tenancy.end_job(archive.job, status=Job.Status.CANCELED)
        return
    with transaction.atomic():
        archive.checked_at, archive.problem = clock.now(), problem
        archive.save(update_fields=["checked_at", "problem"])
        tenancy.advance_job(archive.job, done=archive.events)
        outcome = Job.Status.FAILED if problem else Job.Status.SUCCEEDED
        tenancy.end_job(archive.job, status=outcome)
        services.record(
            "archive.checked", actor=SYSTEM, on=archive, **_said(archive), holds=not problem
        )


def _problem_of(archive: Archive) -> str:
    """What does not hold of the file, read as an outsider reads it and beside the tree; "" if all does."""

    def watch(share: float) -> None:
        with transaction.atomic():
            _go_on(archive, int(archive.events * share))

    try:
        file = io.BufferedReader(ArchiveFile(archive, watch))
        if hashlib.file_digest(file, "sha256").hexdigest() != archive.sha256:
            return "The file is not the one that was written."
        with zipfile.ZipFile(file) as opened:
            return _difference(archive, verifier.Export(opened, None))
    except (SealBroken, ArchivePiece.DoesNotExist):
        return "A piece of the file is missing, or was altered and does not open."
    except verifier.Failed as failed:
        return f"{str(failed)[0].upper()}{str(failed)[1:]}."
    except verifier.DAMAGED:
        return "The file cannot be read."


def _difference(archive: Archive, export: verifier.Export) -> str:
    """Raises Failed for what does not hold in itself."""
    verifier.judged(export, None)
    said = (export.manifest["first"], export.manifest["end"], export.size)
    if said != (archive.first, archive.end, archive.size):
        return "The file is of other events."
    now = queries.leaf_hashes(export.size, first=archive.first)
    if list(now) != export.leaves():
        return "The tree of the workspace is another one now."
    return ""


def _said(archive: Archive) -> dict[str, object]:
    """For the log: which month, which places, and the hash of the file once there is one."""
    month: date = archive.month
    told = {"month": f"{month:%Y-%m}", "first": archive.first, "end": archive.end}
    return told | ({"sha256": archive.sha256} if archive.sha256 else {})
