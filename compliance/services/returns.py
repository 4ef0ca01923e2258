"""The data of a frozen workspace as one encrypted file: asked for by an owner, taken once, by whoever asked.

The second person is the one who decided the end: what they read says that owners may take all data along.
"""

import secrets
from collections.abc import Iterator
from uuid import UUID

from django.db import IntegrityError, connection, transaction

from audit import services as audit
from audit.services import SYSTEM, Actor, Touched
from compliance.models import DataReturn, ReturnChunk
from compliance.models.ending import FILE_LASTS
from compliance.services import ending as endings
from tenancy import clock
from tenancy import services as tenancy
from tenancy.errors import DomainError

JOB = "workspace.return"
LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
Status = DataReturn.Status


class ReturnRefused(DomainError):
    """There is no such file, or it has moved on."""


@transaction.atomic
def ask(*, actor: Actor) -> DataReturn:
    """Begin to write the file. Raises ReturnRefused unless the workspace is frozen and no file is there."""
    ending = endings.current()
    if ending is None or not endings.workspace().is_ending:
        raise ReturnRefused("All data goes back when the workspace ends. That is not decided.")
    job = tenancy.start_job(kind=JOB, started_by=actor.id)
    try:
        with transaction.atomic():
            file = DataReturn.objects.create(asked_by=actor.id, asked_by_name=actor.name, job=job)
    except IntegrityError as error:
        raise ReturnRefused("A file is being written, or waits to be taken.") from error
    audit.record("workspace.return_asked", actor=actor, on=file, end_decided_by=ending.decided_by)
    return file


@transaction.atomic
def cancel(file: DataReturn, *, actor: Actor) -> None:
    """Stop the writing, or delete the file unread. Raises ReturnRefused."""
    file = _locked(file.pk, Status.QUEUED, Status.READY)
    if file.status == Status.QUEUED and file.job is not None:
        tenancy.cancel_job(file.job)
        if file.lease_expires_at is not None:
            return
        tenancy.end_job(file.job, status=file.job.Status.CANCELED)
    end(file, Status.CANCELED, actor=actor)


@transaction.atomic
def take(file: DataReturn, *, actor: Actor) -> DataReturn:
    """Let whoever asked have the file, once; `parts` then streams and deletes it. Raises ReturnRefused."""
    file = _locked(file.pk, Status.READY)
    _refuse_others(file, actor, "workspace.data_downloaded")
    if not file.is_ready:
        raise ReturnRefused("The file is deleted: nobody took it in time. Ask for a new one.")
    file.status, file.ended_at = Status.TAKEN, clock.now()
    file.save(update_fields=["status", "ended_at"])
    touched = Touched(classes=("special",), rows=file.rows)
    audit.record_reading("workspace.data_downloaded", actor=actor, on=file, touched=touched)
    return file


def parts(file: DataReturn) -> Iterator[bytes]:
    """The encrypted file, a piece at a time; what was handed on is deleted."""
    chunks = ReturnChunk.objects.filter(of=file).order_by("position")
    while (chunk := chunks.first()) is not None:
        yield chunk.content
        chunk.delete()


@transaction.atomic
def show_password(file: DataReturn, *, actor: Actor) -> str:
    """What opens the file, once, for whoever asked for it. Raises ReturnRefused."""
    file = _locked(file.pk, Status.READY, Status.TAKEN)
    _refuse_others(file, actor, "workspace.return_password_shown")
    if file.password is None:
        raise ReturnRefused("The password was shown. If it is lost, ask for a new file.")
    password = str(file.password)
    file.password = None
    file.save(update_fields=["password"])
    audit.record("workspace.return_password_shown", actor=actor, on=file)
    return password


def tenants_with_work() -> list[UUID]:
    now = clock.now()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tenant FROM kernel.due_data_returns(%s, %s)", [now, now - FILE_LASTS]
        )
        return [row[0] for row in cursor.fetchall()]


def expire_due() -> None:
    """Delete files that nobody took."""
    late = DataReturn.objects.filter(status=Status.READY, ready_at__lte=clock.now() - FILE_LASTS)
    for file in late:
        with transaction.atomic():
            end(_locked(file.pk, Status.READY), Status.EXPIRED, actor=SYSTEM)


def end(file: DataReturn, status: str, *, actor: Actor) -> None:
    """No file any more, and nothing that opens it. For the caller's transaction."""
    ReturnChunk.objects.filter(of=file).delete()
    file.status, file.ended_at = status, clock.now()
    file.password, file.lease_expires_at = None, None
    file.save(update_fields=["status", "ended_at", "password", "lease_expires_at"])
    audit.record(f"workspace.return_{status}", actor=actor, on=file)


def new_password() -> str:
    """Twenty letters and digits, 100 bits."""
    drawn = ["".join(secrets.choice(LETTERS) for _ in range(5)) for _ in range(4)]
    return "-".join(drawn)


def _locked(file_id: UUID, *allowed: str) -> DataReturn:
    found = DataReturn.objects.select_for_update(of=("self",)).select_related("job")
    file = found.get(pk=file_id)
    if file.status not in allowed:
        raise ReturnRefused(f"This file has moved on: {file.get_status_display().lower()}.")
    return file


def _refuse_others(file: DataReturn, actor: Actor, action: str) -> None:
    if file.asked_by != actor.id:
        audit.record_denial(action, actor=actor, on=file, reason="not the asker")
        raise ReturnRefused("Only the person who asked for the file may have it.")
