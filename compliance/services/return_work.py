"""What a worker does for the data that goes back: row by row into an encrypted zip, a piece at a time.

Neither all rows nor the whole file are ever in memory: the zip is a stream into sealed pieces.
"""

import hashlib
from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Any, NamedTuple

import orjson
import pyzipper
from django.db import transaction
from django.db.models import Q

from accounts import rights
from audit import evidence
from audit import services as audit
from audit.services import SYSTEM, Actor, Touched
from compliance import returning
from compliance.models import DataReturn, ReturnChunk
from compliance.services.returns import Status, end, new_password
from tenancy import clock
from tenancy import services as tenancy

LEASE = timedelta(seconds=120)
ATTEMPT_LIMIT = 5
PIECE_BYTES = 256 * 1024
PERMISSION = "ending.ask"

Pages = Iterable[list[bytes]]


class ReturnStopped(Exception):
    """Somebody asked to stop, or who asked for the file may not have it any more."""


class Part(NamedTuple):
    """A file of the archive: its pages, and how many rows a page stands for."""

    name: str
    pages: Pages


def work() -> None:
    """Write the file that waits, if no other worker is at it."""
    file = _claim()
    if file is None:
        return
    if file.attempts > ATTEMPT_LIMIT:
        _give_up(file, Status.FAILED)
        return
    password = new_password()
    try:
        written = _Writing(file, password)
        written.run()
    except ReturnStopped:
        _give_up(file, Status.CANCELED)
    else:
        _finish(file, written, password)


@transaction.atomic
def _claim() -> DataReturn | None:
    now = clock.now()
    free = DataReturn.objects.select_for_update(skip_locked=True, of=("self",)).filter(
        Q(lease_expires_at=None) | Q(lease_expires_at__lte=now), status=Status.QUEUED
    )
    file = free.select_related("job").first()
    if file is not None:
        file.lease_expires_at, file.attempts = now + LEASE, file.attempts + 1
        file.save(update_fields=["lease_expires_at", "attempts"])
        # What a worker that died had written has another password.
        ReturnChunk.objects.filter(of=file).delete()
    return file


class _Writing:
    """The archive while it grows: its manifest so far, and the piece that is not full yet."""

    def __init__(self, file: DataReturn, password: str) -> None:
        self.file = file
        self.manifest: dict[str, dict[str, Any]] = {}
        self.size = 0
        self._password = password.encode()
        self._held = bytearray()
        self._position = self._done = 0

    def run(self) -> None:
        with pyzipper.AESZipFile(
            self, "w", compression=pyzipper.ZIP_DEFLATED, encryption=pyzipper.WZ_AES
        ) as archive:
            archive.setpassword(self._password)
            archive.setencryption(pyzipper.WZ_AES, nbits=256)
            for part in self._parts():
                self._add(archive, part)
            archive.writestr("README.txt", returning.README)
            archive.writestr(
                "manifest.json", orjson.dumps(self.manifest, option=orjson.OPT_INDENT_2)
            )
        self._store(bytes(self._held))

    def write(self, data: bytes) -> int:
        """What the zip writes; a full piece is sealed and stored at once."""
        self._held += data
        self.size += len(data)
        while len(self._held) >= PIECE_BYTES:
            self._store(bytes(self._held[:PIECE_BYTES]))
            del self._held[:PIECE_BYTES]
        return len(data)

    def flush(self) -> None: ...

    def _parts(self) -> Iterator[Part]:
        for entry in returning.tables():
            yield Part(returning.file_name(entry), returning.pages(entry.model))
        actor = Actor(kind="user", id=self.file.asked_by, name=self.file.asked_by_name)
        evidence_now = evidence.prepare(actor=actor, with_details=True)
        yield Part("audit-evidence.zip", ([piece] for piece in evidence_now.stream()))
        self.manifest["audit-evidence.zip"]["rows"] = evidence_now.checkpoint.size

    def _add(self, archive: pyzipper.AESZipFile, part: Part) -> None:
        digest, rows = hashlib.sha256(), 0
        with archive.open(part.name, "w", force_zip64=True) as inside:
            for page in part.pages:
                for line in page:
                    inside.write(line)
                    digest.update(line)
                rows += len(page)
                self._go_on(len(page))
        self.manifest[part.name] = {"rows": rows, "sha256": digest.hexdigest()}

    def _go_on(self, rows: int) -> None:
        self._done += rows
        DataReturn.objects.filter(pk=self.file.pk).update(lease_expires_at=clock.now() + LEASE)
        job = self.file.job
        if job is None or not tenancy.advance_job(job, done=self._done, total=self._total()):
            raise ReturnStopped
        if rights.has_lost(self.file.asked_by, PERMISSION):
            raise ReturnStopped

    def _total(self) -> int:
        job = self.file.job
        if job is None or job.total:
            return job.total if job else 0
        return sum(entry.model.objects.count() for entry in returning.tables())

    def _store(self, piece: bytes) -> None:
        ReturnChunk.objects.create(of=self.file, position=self._position, content=piece)
        self._position += 1


@transaction.atomic
def _finish(file: DataReturn, written: _Writing, password: str) -> None:
    file = DataReturn.objects.select_for_update(of=("self",)).select_related("job").get(pk=file.pk)
    if file.status != Status.QUEUED:
        return
    file.manifest, file.size, file.password = written.manifest, written.size, password
    file.status, file.ready_at, file.lease_expires_at = Status.READY, clock.now(), None
    file.save(
        update_fields=["manifest", "size", "password", "status", "ready_at", "lease_expires_at"]
    )
    if file.job is not None:
        tenancy.end_job(file.job, status=file.job.Status.SUCCEEDED)
    actor = Actor(kind="user", id=file.asked_by, name=file.asked_by_name)
    touched = Touched(classes=("special",), rows=file.rows)
    audit.record_reading("workspace.data_exported", actor=actor, on=file, touched=touched)


@transaction.atomic
def _give_up(file: DataReturn, status: str) -> None:
    file.refresh_from_db()
    if file.job is not None and file.job.is_open:
        stopped = status == Status.CANCELED
        outcome = file.job.Status.CANCELED if stopped else file.job.Status.FAILED
        tenancy.end_job(file.job, status=outcome)
    end(file, status, actor=SYSTEM)
