"""Files on their way in: kept in memory until they are sealed, none ever open on a disk."""

from collections.abc import Callable

from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.files.uploadhandler import FileUploadHandler, StopUpload
from django.http.response import HttpResponseBase

from delivery.escrow.file_kinds import LARGEST

View = Callable[..., HttpResponseBase]


def takes_files(view: View) -> View:
    """Its files come through `InMemory`, which config.uploads puts in place; outermost of its decorators."""
    view.upload_handler = InMemory  # type: ignore[attr-defined]
    return view


class InMemory(FileUploadHandler):
    """Keeps up to 25 MB of one form; what is larger ends the upload."""

    chunk_size = 256 * 1024
    is_too_large = False
    _received = 0

    def new_file(self, *args: object, **kwargs: object) -> None:
        super().new_file(*args, **kwargs)  # type: ignore[arg-type]
        self._content = bytearray()

    def receive_data_chunk(self, raw_data: bytes, _start: int) -> None:
        self._received += len(raw_data)
        if self._received > LARGEST:
            self.is_too_large = True
            raise StopUpload(connection_reset=False)
        self._content += raw_data

    def file_complete(self, _file_size: int) -> SimpleUploadedFile:
        return SimpleUploadedFile(self.file_name or "file", bytes(self._content))
