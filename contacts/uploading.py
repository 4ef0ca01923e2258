"""Django's door for uploads, with a sealing intake behind it: no part of the file lies open on a disk."""

from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import (
    FileUploadHandler,
    StopFutureHandlers,
    StopUpload,
)
from django.http import HttpRequest

from audit.services import Actor
from contacts.models import ImportRun
from contacts.services.uploads import Intake
from tenancy.errors import DomainError


class SealedUpload(UploadedFile):  # type: ignore[type-arg]
    """Stands in request.FILES for a file that is stored already."""

    def __init__(self, run: ImportRun, size: int) -> None:
        super().__init__(name="import.csv", size=size)
        self.run = run


class SealingUploadHandler(FileUploadHandler):
    """Feeds the chunks of one file to an Intake; `refusal` says why a file was not taken."""

    chunk_size = 256 * 1024

    def __init__(self, request: HttpRequest, *, actor: Actor) -> None:
        super().__init__(request)
        self._actor = actor
        self._intake: Intake | None = None
        self.refusal: DomainError | None = None

    def new_file(self, *args: object, **kwargs: object) -> None:
        super().new_file(*args, **kwargs)  # type: ignore[arg-type]
        try:
            self._intake = Intake(file_name=self.file_name or "file.csv", actor=self._actor)
        except DomainError as error:
            self._stop(error)
        raise StopFutureHandlers

    def receive_data_chunk(self, raw_data: bytes, _start: int) -> None:
        if self._intake is not None:
            try:
                self._intake.feed(raw_data)
            except DomainError as error:
                self._stop(error)

    def file_complete(self, file_size: int) -> SealedUpload | None:
        if self._intake is None:
            return None
        intake, self._intake = self._intake, None
        try:
            return SealedUpload(intake.finish(), file_size)
        except DomainError as error:
            self.refusal = error
            return None

    def upload_interrupted(self) -> None:
        """The browser went away in the middle of the file."""
        if self._intake is not None:
            self._intake.abandon()

    def _stop(self, error: DomainError) -> None:
        self.refusal, self._intake = error, None
        raise StopUpload(connection_reset=False)
