"""Disposing of the oldest events of the audit log: asked for by one person, granted by another, carried out
by a worker, month after month from the beginning. Places and hashes stay.
"""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, connection, transaction

from accounts import countersign
from accounts.services import countersignatures
from audit import disposing, sequencing
from audit import queries as audit_queries
from audit import services as audit
from audit.models import Archive, ArchivePiece, AuditEvent, Disposal, Leaf
from audit.services import SYSTEM, Actor
from audit.verifier import ORDERED
from compliance import disposable, holding
from compliance.disposable import KIND
from tenancy import clock
from tenancy import services as tenancy
from tenancy.errors import DomainError
from tenancy.models import Job
from tenancy.removal import remove

JOB = "audit.dispose"
PERMISSION = "audit.edit"
LEASE = timedelta(seconds=60)
STEP, PIECES = 500, 20
Status = Disposal.Status


class NotDisposed(DomainError):
    """Something stands in the way; nothing goes."""


class _Stopped(Exception):
    """Somebody asked to stop, or a hold was placed; the sentence says which."""


@transaction.atomic
def ask(month: date, *, keeps_archives: bool, reason: str, actor: Actor) -> Disposal:
    """Ask a second person to let the events up to this month go. Raises NotDisposed, NotAsked."""
    offer = next((each for each in disposable.offers() if each.month == month), None)
    if offer is None:
        raise NotDisposed("Nothing up to this month is old enough to go.")
    if keeps_archives and not offer.is_archived:
        raise NotDisposed(
            "Not all of these months are in archives. Wait for them, or let them go without."
        )
    _refuse_held()
    if disposable.waiting() or disposable.under_way():
        raise NotDisposed("Another disposal waits or is under way. Wait until it has ended.")
    first = audit_queries.disposed_until()
    disposal = Disposal.objects.create(
        month=month,
        first=first,
        end=offer.end,
        reached=first,
        keeps_archives=keeps_archives,
        asked_by=actor.id,
        asked_by_name=actor.name,
    )
    audit.record("disposal.asked", actor=actor, on=disposal, **_said(disposal))
    payload = {"disposal": str(disposal.pk), **_said(disposal)}
    countersignatures.ask(KIND, payload=payload, reason=reason, actor=actor, on=disposal)
    return disposal


def grant(payload: dict[str, Any], requested_by: Actor, decided_by: Actor) -> None:
    """What the second person lets happen, if it still may. Raises NotDisposed."""
    disposal = Disposal.objects.select_for_update().get(pk=payload["disposal"])
    _refuse_held()
    may_go = disposal.first == audit_queries.disposed_until() and not disposable.under_way()
    if not may_go or disposable.has_young(disposal.first, disposal.end):
        raise NotDisposed("What was asked for is not as it was. Ask anew.")
    disposal.status, disposal.granted_at = Status.GRANTED, clock.now()
    disposal.granted_by, disposal.granted_by_name = decided_by.id, decided_by.name
    disposal.job = _job(disposal, decided_by)
    disposal.save(update_fields=["status", "granted_at", "granted_by", "granted_by_name", "job"])
    said = _said(disposal) | {"asked_by": requested_by.id}
    audit.record("disposal.granted", actor=decided_by, on=disposal, **said)


def sentence(payload: dict[str, Any]) -> str:
    events = payload["end"] - payload["first"]
    files = "stay" if payload["keeps_archives"] else "go too"
    return f"Dispose of {events:,} events of the audit log, up to {payload['until']}, for good; their archives {files}"


def register() -> None:
    countersign.register(KIND, permission=PERMISSION, perform=grant, describe=sentence)


def stop(*, actor: Actor) -> None:
    """Ask the work to pause after its next step. Raises JobEnded."""
    disposal = disposable.under_way()
    if disposal is None or disposal.job is None:
        raise tenancy.JobEnded("No disposal is under way.")
    tenancy.cancel_job(disposal.job)
    audit.record("disposal.stop_asked", actor=actor, on=disposal)


@transaction.atomic
def go_on(*, actor: Actor) -> None:
    """Take up what was stopped. Raises NotDisposed."""
    disposal = Disposal.objects.select_for_update().filter(status=Status.STOPPED).first()
    if disposal is None:
        raise NotDisposed("No disposal was stopped.")
    _refuse_held()
    disposal.status, disposal.job = Status.ORDERED, _job(disposal, actor)
    disposal.save(update_fields=["status", "job"])
    audit.record("disposal.resumed", actor=actor, on=disposal)


def due() -> list[tuple[UUID, UUID]]:
    """Tenants and their disposals that no worker is at."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tenant_id, job_id FROM kernel.due_disposals()")
        return list(cursor.fetchall())


def work_on(job_id: UUID) -> None:
    """Repeat-safe: what is gone is gone, and whoever follows a worker that died goes on after it."""
    disposal = _claim(job_id)
    if disposal is None:
        return
    if disposal.status == Status.GRANTED:
        disposing.give(disposal)
    # Nothing goes before the order is under a signed root: the one who gave it may have died there.
    sequencing.catch_up()
    try:
        while _step(disposal):
            pass
        _remove_files(disposal)
    except _Stopped as stopped:
        _pause(disposal, str(stopped))
    except IntegrityError:
        _pause(disposal, "The database does not let these events go.")
    else:
        _end(disposal)


@transaction.atomic
def _claim(job_id: UUID) -> Disposal | None:
    now = clock.now()
    jobs = Job.objects.select_for_update(skip_locked=True).filter(pk=job_id, status__in=Job.OPEN)
    job = jobs.exclude(lease_expires_at__gt=now).first()
    disposal = Disposal.objects.filter(job=job).first() if job else None
    if job is not None:
        job.lease_expires_at = now + LEASE
        job.save(update_fields=["lease_expires_at"])
    return disposal


@transaction.atomic
def _step(disposal: Disposal) -> bool:
    """Remove up to STEP events. False after the last."""
    _lock_and_go_on(disposal)
    places = Leaf.objects.filter(seq__gte=disposal.reached, seq__lt=disposal.end).order_by("seq")
    found = list(places.values_list("seq", "pk")[:STEP])
    if not found:
        return False
    events = AuditEvent.objects.filter(pk__in=[key for _, key in found]).exclude(action=ORDERED)
    disposal.removed += remove(AuditEvent, list(events.values_list("pk", flat=True)))
    disposal.reached = found[-1][0] + 1
    disposal.save(update_fields=["reached", "removed"])
    return True


def _remove_files(disposal: Disposal) -> None:
    archives = _archives_that_go(disposal)
    pieces = ArchivePiece.objects.filter(archive__in=archives).order_by("pk")
    while ids := list(pieces.values_list("pk", flat=True)[:PIECES]):
        with transaction.atomic():
            _lock_and_go_on(disposal)
            remove(ArchivePiece, ids)


def _archives_that_go(disposal: Disposal) -> Any:
    files = Archive.objects.filter(status=Archive.Status.READY, end__lte=disposal.end)
    return files.none() if disposal.keeps_archives else files


def _lock_and_go_on(disposal: Disposal) -> None:
    """The row as another worker left it; whether to go on. For a transaction. Raises _Stopped."""
    disposal.refresh_from_db(from_queryset=Disposal.objects.select_for_update())
    if disposal.status != Status.ORDERED:
        raise _Stopped("Another worker ended it.")
    # Asked for in each step: a hold that was placed a moment ago keeps what is left.
    if holding.in_force().exists():
        raise _Stopped("A legal hold is in force: what is left stays.")
    job = Job.objects.get(pk=str(disposal.job_id))
    Job.objects.filter(pk=job.pk).update(lease_expires_at=clock.now() + LEASE)
    if not tenancy.advance_job(job, done=disposal.reached - disposal.first):
        raise _Stopped("Stopped by a person.")


@transaction.atomic
def _pause(disposal: Disposal, problem: str) -> None:
    if Disposal.objects.filter(pk=disposal.pk, status=Status.ORDERED).update(status=Status.STOPPED):
        tenancy.end_job(
            Job.objects.get(pk=str(disposal.job_id)), status=Job.Status.CANCELED, problem=problem
        )
        audit.record("disposal.stopped", actor=SYSTEM, on=disposal, **_said(disposal))


@transaction.atomic
def _end(disposal: Disposal) -> None:
    disposal.refresh_from_db(from_queryset=Disposal.objects.select_for_update())
    if disposal.status != Status.ORDERED:
        return
    _archives_that_go(disposal).update(status=Archive.Status.DISPOSED)
    disposal.status, disposal.ended_at = Status.DONE, clock.now()
    disposal.save(update_fields=["status", "ended_at"])
    said = _said(disposal) | {"order": str(disposal.event_id), "removed": disposal.removed}
    audit.record("audit.disposed", actor=SYSTEM, on=disposal, **said)
    job = Job.objects.get(pk=str(disposal.job_id))
    tenancy.advance_job(job, done=disposal.end - disposal.first)
    tenancy.end_job(job, status=Job.Status.SUCCEEDED)


def _job(disposal: Disposal, actor: Actor) -> Job:
    total = disposal.end - disposal.first
    return tenancy.start_job(kind=JOB, started_by=actor.id, total=total)


def _refuse_held() -> None:
    if holding.in_force().exists():
        raise NotDisposed(
            "A legal hold is in force: nothing of the audit log goes until it is released."
        )


def _said(disposal: Disposal) -> dict[str, Any]:
    return {
        "until": f"{disposal.month:%Y-%m}",
        "first": disposal.first,
        "end": disposal.end,
        "keeps_archives": disposal.keeps_archives,
    }
