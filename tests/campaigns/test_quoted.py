"""Encoded pieces can be joined in any order and sent without another look."""

import quopri
import re

from hypothesis import example, given
from hypothesis import strategies as st
from markupsafe import escape

from campaigns.content.quoted import encode, encode_html_value, encode_text_value

LINES = [".", "..", "From ", "F", "-", "--=_b", "=", "=3D", "&<>\"'", "é" * 40, "😀"]
LONG = ["x" * 75, "x" * 76, "x" * 200]
BLANKS = ["\r\n", "\n.\n", "\r", "\t", "  ", " ", "\x00", "\x0b", "\x7f", "\u2028", "\ud800"]
HOSTILE = st.sampled_from([*LINES, *LONG, *BLANKS])
TEXTS = st.lists(HOSTILE | st.text(), max_size=12).map("".join)


def decoded(encoded):
    return quopri.decodestring(encoded).decode().replace("\r\n", "\n")


def readable(text):
    """What a reader of the text can get: one kind of line end, no control characters."""
    kept = re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]", "", text)
    return re.sub(r"\r\n|\r", "\n", kept).encode("utf-8", "replace").decode()


def is_ready_to_send(encoded):
    lines = encoded.split(b"\r\n")
    assert lines.pop() == b"", "ends at column 0"
    for line in lines:
        assert len(line) <= 76
        assert re.fullmatch(rb"[!-~ ]*", line), "7 bit"
        assert not line.endswith(b" ")
        assert b"  " not in line
        assert not line.startswith((b".", b"F", b"-"))
    return True


@given(st.lists(TEXTS, max_size=5))
@example(["From me", ".", "\n", " "])
def test_joined_pieces_decode_to_the_text_and_are_canonical(pieces):
    encoded = b"".join(encode(piece) for piece in pieces)
    assert decoded(encoded) == "".join(readable(piece) for piece in pieces)
    assert is_ready_to_send(encoded)


@given(TEXTS)
@example("Ada Lovelace")
@example(" Ada  Lovelace ")
@example("O'Brien & Co <b>")
@example("a" * 72)
@example("a" * 73)
def test_values_are_encoded_and_escaped(value):
    assert decoded(encode_text_value(value)) == readable(value)
    assert decoded(encode_html_value(value)) == readable(str(escape(value)))
    assert is_ready_to_send(encode_html_value(value) + encode_text_value(value) + b"\r\n")


def test_a_plain_value_is_copied():
    assert encode_html_value("Ada Lovelace") == b"Ada Lovelace=\r\n"
    assert encode_html_value(1204) == b"1204=\r\n"
    assert encode_html_value(None) == b""
    assert encode_html_value({"a": 1}) == b""
