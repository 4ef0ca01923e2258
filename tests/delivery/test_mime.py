import quopri
from email import message_from_bytes, policy
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from delivery.wire import mime

TEXTS = st.text(st.characters(blacklist_categories=("Cs",), blacklist_characters="\r"))


@given(TEXTS)
def test_any_text_survives_and_no_line_can_be_misread(text):
    encoded = mime.quoted_printable(text)
    lines = encoded.split(b"\r\n")
    assert quopri.decodestring(encoded).replace(b"\r\n", b"\n").decode() == text
    assert encoded.isascii()
    assert all(len(line) <= 76 for line in lines)
    assert not any(
        line.startswith((b".", b"From ")) or b"\n" in line or b"\r" in line for line in lines
    )


def test_many_leading_dots_in_a_long_line_stay_within_the_limit():
    encoded = mime.quoted_printable("." * 200)
    assert all(len(line) <= 76 and not line.startswith(b".") for line in encoded.split(b"\r\n"))
    assert quopri.decodestring(encoded) == b"." * 200


def test_both_parts_are_read_back_by_a_mail_reader():
    mark = mime.boundary(UUID(int=7))
    body = mime.alternative(
        mime.quoted_printable("Grüße, Ada"),
        mime.quoted_printable("<p>Grüße, Ada</p>"),
        boundary=mark,
    )
    raw = f"MIME-Version: 1.0\r\nContent-Type: {mime.content_type(mark)}\r\n\r\n".encode() + body
    parts = message_from_bytes(raw, policy=policy.default).get_payload()
    assert [part.get_content_type() for part in parts] == ["text/plain", "text/html"]
    assert [part.get_content().strip() for part in parts] == ["Grüße, Ada", "<p>Grüße, Ada</p>"]
