"""No address takes a file unless it says so: elsewhere a file would lie open in a temporary folder."""

from collections.abc import Callable

from django.core.files.uploadhandler import FileUploadHandler, SkipFile
from django.http import HttpRequest
from django.http.response import HttpResponseBase


class NoFiles(FileUploadHandler):
    """Reads past every file."""

    def new_file(self, *args: object, **kwargs: object) -> None:
        raise SkipFile

    def receive_data_chunk(self, _raw_data: bytes, _start: int) -> None:
        return None

    def file_complete(self, _file_size: int) -> None:
        return None


class OpenDoors:
    """Gives a view that takes files its own handler, before the check of the token reads the form.

    So such a view needs no exemption from that check, nor from the one of its origin.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponseBase], *_args: object
    ) -> None:
        if handler := getattr(view, "upload_handler", None):
            request.upload_handlers = [handler(request)]
