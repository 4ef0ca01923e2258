"""What a worker does for an export: open the people, write the file, encrypt it, seal it."""

from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO
from uuid import UUID

import pyzipper
from django.db import transaction
from django.db.models import Q

from accounts import rights
from audit import services as audit
from audit.services import SYSTEM, Actor
from contacts.export_profiles import fields_for
from contacts.export_sources import source_named
from contacts.fields import IDENTITY, Field, PhiClass, Value
from contacts.models import ContactExport, ExportChunk
from contacts.queries.schema import schema
from contacts.queries.streaming import Person
from contacts.services.exports import Status, end, new_password, touched
from tenancy import clock
from tenancy import services as tenancy
from tenancy.spreadsheets import csv_lines

LEASE = timedelta(seconds=90)
ATTEMPT_LIMIT = 5
STEP = 200
CHUNK_BYTES = 256 * 1024
_IDENTITY = frozenset(field.key for field in IDENTITY)


class ExportStopped(Exception):
    """Somebody asked to stop, or who asked for the file may not have it any more."""


class TooManyPeople(Exception):
    """More people match than were asked for."""


def work_on(export_id: UUID) -> None:
    """Write the file that waits, if no other worker is at it."""
    export = _claim(export_id)
    if export is None:
        return
    if export.attempts > ATTEMPT_LIMIT:
        _give_up(export, Status.FAILED)
        return
    try:
        rows, content = _written(export)
        password = new_password()
        encrypted = _encrypted(content, password, export)
    except ExportStopped:
        _give_up(export, Status.CANCELED)
    except TooManyPeople:
        _give_up(export, Status.FAILED)
    else:
        _finish(export, rows, encrypted, password)


def _claim(export_id: UUID) -> ContactExport | None:
    now = clock.now()
    with transaction.atomic():
        export = (
            ContactExport.objects.select_for_update(skip_locked=True, of=("self",))
            .select_related("job")
            .filter(Q(lease_expires_at=None) | Q(lease_expires_at__lt=now), pk=export_id)
            .filter(status=Status.QUEUED)
            .first()
        )
        if export is not None:
            export.lease_expires_at, export.attempts = now + LEASE, export.attempts + 1
            export.save(update_fields=["lease_expires_at", "attempts"])
    return export


def _written(export: ContactExport) -> tuple[int, bytes]:
    """The rows and the file in clear, in memory only."""
    everything = fields_for(export.profile, schema(), seen_classes=list(PhiClass.values))
    fields = [field for field in everything if field.key in export.fields]
    counted = 0

    def lines() -> Iterator[list[str]]:
        nonlocal counted
        yield [*(field.label for field in fields), "Export"]
        for person in _people(export):
            counted += 1
            if counted > export.most_rows:
                raise TooManyPeople
            if counted % STEP == 1:
                _go_on(export, counted)
            yield [*(_cell(person, field) for field in fields), export.watermark]

    content = b"".join(csv_lines(lines()))
    _go_on(export, counted)
    return counted, content


def _people(export: ContactExport) -> Iterator[Person]:
    source = source_named(export.source)
    if source is None or not source.is_there(export.source_id):
        raise ExportStopped
    return source.people_of(export.source_id)


def _go_on(export: ContactExport, done: int) -> None:
    ContactExport.objects.filter(pk=export.pk).update(lease_expires_at=clock.now() + LEASE)
    is_wanted = export.job is not None and tenancy.advance_job(export.job, done=done)
    if not is_wanted or rights.has_lost(export.asked_by, "contacts.export"):
        raise ExportStopped


def _cell(person: Person, field: Field) -> str:
    known = person.identity if field.key in _IDENTITY else person.attributes
    value: Value | None = known.get(field.key)
    if value is None:
        return ""
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)


def _encrypted(content: bytes, password: str, export: ContactExport) -> bytes:
    """A zip file that 7-Zip, WinZip and the like open: AES-256, and the password that is kept apart."""
    written = BytesIO()
    with pyzipper.AESZipFile(
        written, "w", compression=pyzipper.ZIP_DEFLATED, encryption=pyzipper.WZ_AES
    ) as archive:
        archive.setpassword(password.encode())
        archive.setencryption(pyzipper.WZ_AES, nbits=256)
        archive.writestr(f"people-{export.watermark}.csv", content)
    return written.getvalue()


@transaction.atomic
def _finish(export: ContactExport, rows: int, encrypted: bytes, password: str) -> None:
    export.refresh_from_db()
    if export.status != Status.QUEUED:
        return
    for position, begin in enumerate(range(0, len(encrypted), CHUNK_BYTES)):
        chunk = encrypted[begin : begin + CHUNK_BYTES]
        ExportChunk.objects.create(export=export, position=position, content=chunk)
    export.rows, export.password, export.status = rows, password, Status.READY
    export.ready_at, export.lease_expires_at = clock.now(), None
    export.save(update_fields=["rows", "password", "status", "ready_at", "lease_expires_at"])
    if export.job is not None:
        tenancy.end_job(export.job, status=export.job.Status.SUCCEEDED)
    actor = Actor(kind="user", id=export.asked_by, name=export.asked_by_name)
    audit.record_reading(
        "contacts.exported", actor=actor, on=export, touched=touched(export), fields=export.fields,
        watermark=export.watermark, is_possible_disclosure=True,
    )  # fmt: skip


@transaction.atomic
def _give_up(export: ContactExport, status: str) -> None:
    export.refresh_from_db()
    if export.job is not None and export.job.is_open:
        outcome = (
            export.job.Status.CANCELED if status == Status.CANCELED else export.job.Status.FAILED
        )
        tenancy.end_job(export.job, status=outcome)
    end(export, status, actor=SYSTEM)
