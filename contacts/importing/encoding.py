"""Which letters the bytes of a file stand for. Decided over the whole file while it is uploaded."""

import codecs

# Bytes that Windows-1252 leaves undefined; a file with one of them is true Latin-1.
_NOT_WINDOWS_1252 = bytes((0x81, 0x8D, 0x8F, 0x90, 0x9D))
_SIGNATURES = (
    (b"PK\x03\x04", "This is an Excel or ZIP file. Save the sheet as CSV, then choose that file."),
    (
        b"\xd0\xcf\x11\xe0",
        "This is an Excel file. Save the sheet as CSV, then choose that file.",
    ),
    (b"%PDF", "This is a PDF. Export the table as CSV, then choose that file."),
    (b"\x1f\x8b", "This is a compressed file. Unpack it, then choose the CSV in it."),
    (b"7z\xbc\xaf", "This is a compressed file. Unpack it, then choose the CSV in it."),
    (b"Rar!", "This is a compressed file. Unpack it, then choose the CSV in it."),
    (b"\x89PNG", "This is a picture. Export the table as CSV, then choose that file."),
    (b"\xff\xd8\xff", "This is a picture. Export the table as CSV, then choose that file."),
    (b"<?xml", "This is XML. Export the table as CSV, then choose that file."),
    (b"<!DO", "This is a web page. Export the table as CSV, then choose that file."),
    (b"<htm", "This is a web page. Export the table as CSV, then choose that file."),
    (b"{\\rt", "This is a text document. Export the table as CSV, then choose that file."),
)
# Characters that no table holds. A stray one is told beside its cell; many are a program or a picture.
_CONTROL = bytes((*range(9), *range(14, 32), 127))
_MOST_CONTROL = 0.05
NOT_TEXT = "This is no text file. Export the table as CSV, then choose that file."
LABELS = {
    "utf-8-sig": "UTF-8",
    "utf-16": "UTF-16",
    "cp1252": "Latin-1 (Windows)",
    "latin-1": "Latin-1",
}


class UnreadableFileError(ValueError):
    """The file as a whole cannot be read; the message tells the user what to do."""


class EncodingSniffer:
    """Feed it every chunk of a file, then ask for `encoding`: only the last byte proves UTF-8."""

    def __init__(self) -> None:
        self._utf8 = codecs.getincrementaldecoder("utf-8")()
        self._is_utf8 = True
        self._is_windows_1252 = True
        self._head = b""

    def feed(self, chunk: bytes) -> None:
        """Raises UnreadableFileError when the first bytes are those of no text file."""
        if not self._head:
            self._head = chunk[:4]
            for signature, refusal in _SIGNATURES:
                if chunk.startswith(signature):
                    raise UnreadableFileError(refusal)
            if not self._is_utf16 and _share_of_control(chunk) > _MOST_CONTROL:
                raise UnreadableFileError(NOT_TEXT)
        if self._is_utf8:
            try:
                self._utf8.decode(chunk)
            except UnicodeDecodeError:
                self._is_utf8 = False
        if chunk.translate(None, _NOT_WINDOWS_1252) != chunk:
            self._is_windows_1252 = False

    @property
    def encoding(self) -> str:
        """The codec to read the file with. Raises UnreadableFileError for an empty file."""
        if not self._head:
            raise UnreadableFileError("The file is empty.")
        if self._is_utf16:
            return "utf-16"
        if self._is_utf8 and not self._utf8.getstate()[0]:
            return "utf-8-sig"
        return "cp1252" if self._is_windows_1252 else "latin-1"

    @property
    def _is_utf16(self) -> bool:
        return self._head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))


def _share_of_control(chunk: bytes) -> float:
    return 1 - len(chunk.translate(None, _CONTROL)) / len(chunk)
