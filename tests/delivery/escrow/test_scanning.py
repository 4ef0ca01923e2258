"""What clamd says of a file, and what is said where nobody looked."""

import socket
import threading

import pytest

from delivery.escrow import file_kinds
from delivery.escrow.scanning import Scan, scan, verdict_of


class Clamd(threading.Thread):
    """Takes one stream by the rules of clamd(8), and answers as it was told."""

    def __init__(self, answer: bytes) -> None:
        super().__init__(daemon=True)
        self.answer, self.received = answer, b""
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.door = f"127.0.0.1:{self.listener.getsockname()[1]}"

    def run(self) -> None:
        line, _ = self.listener.accept()
        with self.listener, line, line.makefile("rb") as stream:
            assert stream.read(10) == b"zINSTREAM\0"
            while size := int.from_bytes(stream.read(4)):
                self.received += stream.read(size)
            line.sendall(self.answer)


@pytest.mark.parametrize(
    ("answer", "found"),
    [
        (b"stream: OK\0", Scan.CLEAN),
        (b"stream: Eicar-Signature FOUND\0", Scan.INFECTED),
        (b"INSTREAM size limit exceeded. ERROR\0", Scan.NOT_SCANNED),
        (b"", Scan.NOT_SCANNED),
    ],
)
def test_says_what_clamd_says(answer, found):
    clamd = Clamd(answer)
    clamd.start()
    content = b"0123456789" * 20_000
    assert scan(content, door=clamd.door) is found
    clamd.join(5)
    assert clamd.received == content


def test_without_clamd_nothing_counts_as_clean():
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    assert scan(b"x", door="") is Scan.NOT_SCANNED
    assert scan(b"x", door=f"127.0.0.1:{port}") is Scan.NOT_SCANNED
    assert verdict_of(b"stream: OK FOUND\0") is Scan.INFECTED


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("a.txt", b"%PDF-1.7", "application/pdf"),
        ("a.pdf", b"MZ\x90\x00", ""),
        ("a.pdf", b"<html><script>", ""),
        ("a.txt", b" <script>", ""),
        ("a.txt", "Grüße".encode(), "text/plain"),
        ("a.csv", b"a,b", "text/csv"),
        ("a.exe", b"hello", ""),
        ("a.DOCX", b"PK\x03\x04rest", next(k for k, end in file_kinds.KINDS.items() if end == "docx")),
        ("a.zip", b"PK\x03\x04rest", ""),
        ("a.jar", b"PK\x03\x04rest", ""),
        ("a", b"\x00\x00\x00\x18ftypheic", "image/heic"),
        ("a", b"RIFF\x00\x00\x00\x00WEBPVP8 ", "image/webp"),
        ("a", b"RIFF\x00\x00\x00\x00AVI ", ""),
        ("a", bytes(128) + b"DICM", "application/dicom"),
        ("a.txt", b"", "text/plain"),
        ("", b"", ""),
    ],
)  # fmt: skip
def test_the_kind_is_what_the_file_holds(name, content, kind):
    assert file_kinds.kind_of(name, content) == kind
