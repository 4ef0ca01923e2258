"""Taking in a file: every chunk is sealed before it touches a disk."""

from typing import NoReturn

from django.db import transaction

from audit import services as audit
from audit.services import Actor
from compliance.queries import require_agreement
from contacts.importing.encoding import EncodingSniffer, UnreadableFileError
from contacts.importing.reading import detect
from contacts.models import ImportChunk, ImportRun
from contacts.queries.uploaded import chunks_of
from tenancy.errors import DomainError

CHUNK_BYTES = 256 * 1024
FILE_BYTES_LIMIT = 200 * 1024 * 1024
LINES_LIMIT = 2_000_000
_HEAD_CHUNKS = 2


class FileNotTaken(DomainError):
    """The file cannot be imported."""


class Intake:
    """One upload: feed it what arrives, then finish. Memory holds one chunk.

    Raises AgreementRequired before the BAA is in force.
    """

    def __init__(self, *, file_name: str, actor: Actor) -> None:
        require_agreement()
        self._actor = actor
        self._sniffer = EncodingSniffer()
        self._buffer = bytearray()
        self._size = self._lines = 0
        self._position = 0
        self.run = ImportRun.objects.create(
            file_name=file_name[-120:],
            status=ImportRun.Status.RECEIVING,
            started_by_id=actor.id,
            started_by_name=actor.name,
        )

    def feed(self, received: bytes) -> None:
        """Raises FileNotTaken for what is no table, or too large."""
        self._size += len(received)
        if self._size > FILE_BYTES_LIMIT:
            self._refuse("The file is larger than 200 MB. Split it and import the parts.")
        self._lines += max(received.count(b"\n"), received.count(b"\r"))
        if self._lines > LINES_LIMIT:
            self._refuse(
                f"The file has more than {LINES_LIMIT:,} lines. Split it and import the parts."
            )
        self._buffer += received
        while len(self._buffer) >= CHUNK_BYTES:
            self._store(bytes(self._buffer[:CHUNK_BYTES]))
            del self._buffer[:CHUNK_BYTES]

    def finish(self) -> ImportRun:
        """The run, with its layout found. Raises FileNotTaken."""
        if self._buffer:
            self._store(bytes(self._buffer))
        try:
            encoding = self._sniffer.encoding
            layout = detect(chunks_of(self.run, limit=_HEAD_CHUNKS), encoding)
        except UnreadableFileError as error:
            self._refuse(str(error))
        with transaction.atomic():
            self.run.encoding, self.run.delimiter = layout.encoding, layout.delimiter
            self.run.header = list(layout.header)
            self.run.status = ImportRun.Status.UPLOADED
            self.run.save(update_fields=["encoding", "delimiter", "header", "status"])
            audit.record(
                "import.uploaded", actor=self._actor, on=self.run, size=self._size,
                columns=len(layout.header),
            )  # fmt: skip
        return self.run

    def abandon(self) -> None:
        """Forget what has arrived."""
        with transaction.atomic():
            ImportChunk.objects.filter(run=self.run).delete()
            self.run.delete()

    def _store(self, chunk: bytes) -> None:
        try:
            self._sniffer.feed(chunk)
        except UnreadableFileError as error:
            self._refuse(str(error))
        ImportChunk.objects.create(run=self.run, position=self._position, content=chunk)
        self._position += 1

    def _refuse(self, sentence: str) -> NoReturn:
        self.abandon()
        raise FileNotTaken(sentence)
