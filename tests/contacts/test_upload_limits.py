"""What is taken as a table, how much of it, and that no other address takes a file."""

import io

import pytest
from django.test import RequestFactory

from contacts.importing.encoding import NOT_TEXT, EncodingSniffer, UnreadableFileError
from contacts.models import ImportRun
from contacts.services import uploads
from contacts.services.uploads import FileNotTaken, Intake


@pytest.mark.parametrize(
    ("head", "sentence"),
    [
        (b"PK\x03\x04", "Excel or ZIP"),
        (b"\xd0\xcf\x11\xe0", "Excel"),
        (b"%PDF-1.7", "PDF"),
        (b"\x1f\x8b\x08", "compressed"),
        (b"7z\xbc\xaf", "compressed"),
        (b"Rar!\x1a", "compressed"),
        (b"\x89PNG\r\n", "picture"),
        (b"\xff\xd8\xff\xe0", "picture"),
        (b"<?xml version", "XML"),
        (b"<!DOCTYPE html>", "web page"),
        (b"<html>", "web page"),
        (b"{\\rtf1", "text document"),
        (b"\x7fELF\x02\x01\x01\x00\x00\x00\x00", NOT_TEXT),
        (b"MZ\x90\x00\x03\x00\x00\x00\x04\x00", NOT_TEXT),
        (b"i\x00d\x00,\x00n\x00\n\x00", NOT_TEXT),
    ],
)
def test_what_is_no_table_is_refused_by_its_content(head, sentence):
    with pytest.raises(UnreadableFileError, match=sentence):
        EncodingSniffer().feed(head + b"rest")


@pytest.mark.parametrize(
    "head", [b"id,name\n1,a\x00b,and so on, as long as rows are\n", "id\n1\n".encode("utf-16")]
)  # fmt: skip
def test_a_stray_byte_does_not_cost_the_file(head):
    sniffer = EncodingSniffer()
    sniffer.feed(head)
    assert sniffer.encoding in {"utf-8-sig", "utf-16"}


@pytest.mark.parametrize(
    ("limit", "sentence"),
    [(("FILE_BYTES_LIMIT", 64), "larger than"), (("LINES_LIMIT", 10), "more than 10 lines")],
)
@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_the_limit_holds_while_the_file_arrives(
    agreement, nurse, monkeypatch, limit, sentence, end
):
    monkeypatch.setattr(uploads, *limit)
    intake = Intake(file_name="a.csv", actor=nurse)
    fed = 0
    with pytest.raises(FileNotTaken, match=sentence):
        for _ in range(1_000):
            intake.feed(b"MRN-1,Ada" + end)
            fed += 1
    assert fed <= 10
    assert not ImportRun.objects.exists()


def test_no_other_address_takes_a_file():
    file = io.BytesIO(b"%PDF of somebody" * 300_000)
    file.name = "report.pdf"
    request = RequestFactory().post("/", {"file": file, "theme": "dark"})
    assert (dict(request.POST), dict(request.FILES)) == ({"theme": ["dark"]}, {})
    assert [type(it).__name__ for it in request.upload_handlers] == ["NoFiles"]
