"""A program names the charset of its text; some names ask for more than reading text."""

import time

import pytest

from integrations.submission import parsing

LARGE = b"abc-" + b"b" * 300_000


def read(charset: str, body: bytes) -> str:
    head = b"From: care@mail.elm.example\r\nSubject: x\r\nContent-Type: text/plain; charset="
    return parsing.read(head + charset.encode() + b"\r\n\r\n" + body).writing.words.text


@pytest.mark.parametrize(
    ("charset", "body", "text"),
    [
        ("utf-8", "Grüße".encode(), "Grüße"),
        ("iso-8859-1", "Grüße".encode("latin-1"), "Grüße"),
        ("no-such", "Grüße".encode(), "Grüße"),
        ("undefined", b"Hello", "Hello"),
        ("idna", b"xn--caf-dma.example", "xn--caf-dma.example"),
        ("unicode_escape", rb"\u0041", r"\u0041"),
    ],
)
def test_only_what_mail_is_written_in_is_decoded(charset, body, text):
    assert read(charset, body) == text


def test_no_name_makes_a_long_text_take_the_square_of_its_length():
    """`punycode` takes some ten seconds for this; a text may be ten times as long."""
    began = time.process_time()
    assert read("punycode", LARGE) == LARGE.decode()
    assert time.process_time() - began < 2
