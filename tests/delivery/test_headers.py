from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from delivery.wire import headers
from delivery.wire.addresses import AddressUnusable, a_label, wire_address

WORDS = st.text(
    st.characters(blacklist_categories=("Cc", "Cs", "Zl", "Zp", "Zs"), min_codepoint=33), min_size=1
)


def read_back(field: bytes) -> str:
    name = field.partition(b":")[0].decode()
    value = message_from_bytes(field + b"\r\n", policy=policy.compat32)[name]
    return str(make_header(decode_header(value.replace("\r\n", ""))))


def test_folds_at_blanks_and_never_inside_a_token():
    token = "<https://links.clinic.example/u/" + "a1B2-" * 60 + ">"
    field = headers.field("List-Unsubscribe", f"{token}, <mailto:u+{'x' * 60}@clinic.example>")
    assert field.split(b"\r\n") == [
        b"List-Unsubscribe: " + token.encode() + b",",
        b" <mailto:u+" + b"x" * 60 + b"@clinic.example>",
        b"",
    ]


def test_short_values_stay_on_one_line():
    assert headers.field("MIME-Version", "1.0") == b"MIME-Version: 1.0\r\n"


def test_encodes_only_the_words_that_need_it():
    assert (
        headers.text_field("Subject", "Your visit \u2013 réunion at noon")
        == b"Subject: Your visit =?utf-8?b?4oCTIHLDqXVuaW9u?= at noon\r\n"
    )


def test_text_that_looks_encoded_is_encoded_so_that_it_reads_as_written():
    field = headers.text_field("Subject", "=?utf-8?q?Pay_now?=")
    assert b"Pay_now" not in field
    assert read_back(field) == "=?utf-8?q?Pay_now?="


@given(st.lists(WORDS, min_size=1, max_size=30))
def test_any_subject_reads_back_as_it_was_written(words):
    subject = " ".join(words)
    field = headers.text_field("Subject", subject)
    assert read_back(field) == subject
    assert all(len(line) <= 998 for line in field.split(b"\r\n"))
    for word in field.split():
        assert not word.startswith(b"=?utf-8") or len(word) <= 75


@pytest.mark.parametrize(
    "bad", ["a\r\nBcc: x@y.example", "a\nb", "a\rb", "a\0b", "a\x0bb", "a\x85b", "", " "]
)
def test_refuses_what_could_start_another_field(bad):
    with pytest.raises(headers.HeaderRefused):
        headers.text_field("Subject", bad)


@pytest.mark.parametrize("name", ["Sub ject", "X:Y", "", "Sübject", "A\r\nB"])
def test_refuses_a_name_that_is_none(name):
    with pytest.raises(headers.HeaderRefused):
        headers.field(name, "value")


def test_refuses_a_token_longer_than_a_line():
    with pytest.raises(headers.HeaderRefused):
        headers.field("List-Unsubscribe", "<https://" + "a" * 1000 + ">")


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("", "<ada@clinic.example>"),
        ("Elm Street Clinic", "Elm Street Clinic <ada@clinic.example>"),
        ("Dr. Ada, M.D.", '"Dr. Ada, M.D." <ada@clinic.example>'),
        ('The "best"\\', '"The \\"best\\"\\\\" <ada@clinic.example>'),
        ("Clínica Álamo", "=?utf-8?b?Q2zDrW5pY2Egw4FsYW1v?= <ada@clinic.example>"),
    ],
)
def test_mailboxes_are_quoted_or_encoded(name, shown):
    assert headers.mailbox(name, "ada@clinic.example") == shown


@given(st.lists(WORDS, min_size=1, max_size=8))
def test_any_display_name_reads_back(words):
    name = " ".join(words)
    field = headers.field("From", headers.mailbox(name, "ada@clinic.example"))
    parsed = message_from_bytes(field + b"\r\n", policy=policy.default)["From"]
    assert parsed.addresses[0].addr_spec == "ada@clinic.example"
    assert all(len(line) <= 998 for line in field.split(b"\r\n"))


def test_a_display_name_cannot_carry_another_field():
    with pytest.raises(headers.HeaderRefused):
        headers.mailbox("Clinic\r\nBcc: eve@evil.example", "ada@clinic.example")


def test_message_ids_tell_nothing_but_the_id():
    identifier = UUID("0193f0aa-0000-7000-8000-000000000001")
    assert (
        headers.message_id(identifier, "clinic.example")
        == "<0193f0aa000070008000000000000001@clinic.example>"
    )


def test_dates_carry_their_zone():
    assert (
        headers.date(datetime(2026, 11, 23, 9, 5, tzinfo=UTC)) == "Mon, 23 Nov 2026 09:05:00 +0000"
    )


def test_a_german_sharp_s_stays_in_its_own_domain():
    assert a_label("faß.de") == "xn--fa-hia.de"
    assert wire_address("Ada@Münster.EXAMPLE") == "Ada@xn--mnster-3ya.example"


@pytest.mark.parametrize(
    "address",
    ["ada", "@x.example", "a@", "jö\u200bsé@x.example", '"a b"@x.example', "a@b@x.example", "a@x",
     "a\r\nb@x.example", "a@x..example", "a>@x.example", "a@x.example\r\n", ".a@x.example",
     "a" * 65 + "@x.example"],
)  # fmt: skip
def test_refuses_addresses_that_a_command_cannot_carry(address):
    with pytest.raises(AddressUnusable):
        wire_address(address)
