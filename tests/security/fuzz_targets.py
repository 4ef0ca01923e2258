# ruff: noqa: E501 - tables of what is drawn
"""What strangers write and we read: for each reader, inputs to draw and what must hold for every one."""

import email
from email import policy
from urllib.parse import urlsplit

from hypothesis import strategies as st
from urllib3.util import parse_url

from audit import notes
from campaigns.merge.fields import MergeField, build_schema
from campaigns.merge.language import MergeError, parse, parse_condition
from campaigns.merge.tree import run
from contacts import tokens
from contacts.importing import reading
from contacts.importing.encoding import EncodingSniffer, UnreadableFileError
from delivery import unsubscribe
from delivery.portal import links
from delivery.wire import headers, mime
from delivery.wire.addresses import AddressUnusable
from delivery.wire.door import _on_the_wire
from tenancy import web_address
from tenancy.ids import uuid7
from tests.security import fuzz_returns

VISITS = (MergeField("day", "Day", "date"), MergeField("doctor", "Doctor"))
SCHEMA = build_schema(
    [
        MergeField("given_name", "Given name", phi_class="limited"),
        MergeField("balance", "Balance", "number", "phi"),
        MergeField("visits", "Visits", "list", "phi", items=VISITS),
    ]
)
ADA = {
    "given_name": "Ada {{ x }}",
    "balance": 1204.5,
    "visits": [{"day": "2026-11-24", "doctor": "Bo"}] * 60,
}
LONGEST_OUTPUT = 512 * 1024


def made_of(words, **sizes):
    """Texts from the words of a language, with strange characters between them."""
    return st.lists(st.sampled_from(words) | st.text(max_size=4), **sizes).map("".join)


MERGE_WORDS = [
    "{{ ", " }}", "{% ", " %}", "{# ", " #}", "{%- ", " -%}", "if ", "elif ", "else", "endif", "for ", "in ", "endfor",
    "v in visits", "given_name", "balance", "visits", "v.day", "v.doctor", ".", "__class__", "[0]", "(", ")", "()", "|",
    "default('x')", "money", "upper", "date('long')", "attr('x')", "format", "'", '"', " == ", " > ", " not ", " and ",
    "1e999", "9" * 5000, "-", "~", "*", "{% if balance > 1 %}", "{% endif %}", "{% for v in visits %}", "{% endfor %}",
    "{{ given_name | default('x') }}", "{% raw %}", "{% include 'x' %}", "{% set x = 1 %}", "{% macro m() %}", "\x00",
]  # fmt: skip
CSV_WORDS = [
    ",",
    ";",
    "\t",
    "|",
    '"',
    '""',
    "\n",
    "\r",
    "\r\n",
    "id",
    "name",
    "Ada",
    "'=1",
    "sep=;",
    "\ufeff",
    "\x00",
    "é",
]
HEADER_WORDS = ["Ada", " ", "é", "=?utf-8?q?x?=", "=?", "?=", "\r\n", "\n", "\r", "\t", ":", "<", ">", '"', "\\", ",",
                "\u2028", "\x85", "\x00", "\u202e", "w" * 80, "@", "x.example", "(", ")", "\r\nBcc: a@x.example"]  # fmt: skip
URL_WORDS = ["https://", "http://", "//", "/", "\\", "@", ":", "#", "?", "%", "%2e", "%40", ".", "[", "]", "::1", "127.0.0.1",
             "0x7f", "hooks", "clinic", "example", "xn--", "-", "_", "443", ":443", "\t", "\n", " ", "\x00", "。", "①"]  # fmt: skip
NOTE = f"sealpost.example/a\n7\n{'A' * 43}=\n\n\u2014 sealpost.example/a {'A' * 92}\n"
NOTE_WORDS = [
    *NOTE.splitlines(keepends=True),
    "\n",
    "\u2014 ",
    " ",
    "+",
    "=",
    "0",
    "-1",
    "A" * 43,
    "9" * 30,
    "\r",
    "\ufeff",
]


def merge(source):
    for read in (parse, parse_condition):
        try:
            found = read(source, SCHEMA)
        except MergeError:
            continue
        if read is parse:
            out = []
            run(found.program, ADA, out)
            assert len("".join(map(str, out))) <= LONGEST_OUTPUT


def table(drawn):
    """However the network cuts a file into pieces, the same rows come out of it."""
    content, cut = drawn
    pieces = [content[i : i + cut] for i in range(0, len(content), cut)]
    sniffer = EncodingSniffer()
    try:
        for piece in pieces:
            sniffer.feed(piece)
        layout = reading.detect(pieces, sniffer.encoding)
        found = list(reading.rows(pieces, layout))
    except UnreadableFileError:
        return
    assert found == list(reading.rows([content], layout))
    assert {len(row.cells) for row in found if row.problem is None} <= {len(layout.header)}


def header(text):
    """What is written is one field, seven bits wide, and says what it was given."""
    try:
        written = headers.text_field("Subject", text)
    except headers.HeaderRefused:
        return
    lines = written.split(b"\r\n")
    assert written.isascii()
    assert lines[-1] == b""
    assert all(line[:1] in b" \t" and len(line) <= headers.LINE_LIMIT for line in lines[1:-1])
    assert not b"".join(lines).translate(None, bytes({*range(32, 127), 9}))
    message = email.message_from_bytes(written + b"\r\n", policy=policy.default)
    assert message.keys() == ["Subject"]


def mailbox(drawn):
    name, local = drawn
    try:
        written = headers.field("To", headers.mailbox(name, f"{local}@x.example"))
    except (headers.HeaderRefused, AddressUnusable):
        return
    message = email.message_from_bytes(written + b"\r\n", policy=policy.default)
    assert message.keys() == ["To"]
    (address,) = message["To"].addresses
    assert address.addr_spec == f"{local}@x.example"


def body(drawn):
    """Parts cannot close the message early, and no line of it ends the DATA command."""
    text, html = (part.encode("ascii").replace(b"\n", b"\r\n") for part in drawn)
    border = mime.boundary(uuid7())
    built = mime.alternative(text, html, boundary=border)
    head = f"Content-Type: {mime.content_type(border)}\r\nMIME-Version: 1.0\r\n\r\n".encode()
    wire = _on_the_wire(head + built)
    assert b"\r\n.\r\n" not in wire
    assert wire.count(b"\n") == wire.count(b"\r") == wire.count(b"\r\n")
    assert len(email.message_from_bytes(head + built).get_payload()) == 2


def url(text):
    """Where the guard sees a name, two other readers see the same one, and it is no number."""
    try:
        found = web_address.read(text, ports=frozenset({443}))
    except web_address.WebAddressRefused:
        return
    others = {urlsplit(text).hostname, parse_url(text).host}
    assert others == {found.name}
    assert (urlsplit(text).username, parse_url(text).auth) == (None, None)
    assert not found.name.replace(".", "").isdigit()
    assert found.target.startswith("/")


def checkpoint(text):
    """What is taken is written back exactly as it came: one text for one checkpoint."""
    try:
        found, signatures = notes.parse(text)
    except notes.NoteInvalid:
        return
    assert text.startswith(found.body() + "\n")
    assert signatures
    try:
        notes.open_note(text, b"\x01" * 32)
    except notes.NoteInvalid:
        return
    raise AssertionError("a checkpoint that nobody signed was opened")


def token(text):
    readers = (
        (links.read_token, links.BrokenLink),
        (unsubscribe.tenant_of, unsubscribe.LinkBroken),
        (lambda it: tokens.read(tokens.PREFERENCES, it), tokens.TokenBroken),
    )
    for read, refused in readers:
        try:
            read(text)
        except refused:
            continue


BYTES = st.binary(max_size=400) | made_of(CSV_WORDS, max_size=60).map(
    lambda it: it.encode("utf-8", "replace")
)
QUOTED = made_of([".", "\n", "=", "=0A", "--", "--=_", "a", "=\n", ".\n"], max_size=30).map(
    lambda it: "".join(c for c in it if c == "\n" or " " <= c <= "~")
)
TARGETS = {
    "merge": (made_of(MERGE_WORDS, max_size=30), merge),
    "table": (st.tuples(BYTES | BYTES.map(lambda it: it.decode("latin-1").encode("utf-16")), st.integers(1, 50)), table),
    "header": (made_of(HEADER_WORDS, max_size=20), header),
    "mailbox": (st.tuples(made_of(HEADER_WORDS, max_size=8), st.text("aZ0.+_'-\"\\ @<>", max_size=12)), mailbox),
    "body": (st.tuples(QUOTED, QUOTED), body),
    "url": (made_of(URL_WORDS, max_size=14) | made_of(URL_WORDS, max_size=8).map("https://a.example{}".format), url),
    "checkpoint": (made_of(NOTE_WORDS, max_size=10) | st.text(max_size=5).map(lambda it: NOTE[:-30] + it + NOTE[-30:]), checkpoint),
    **fuzz_returns.TARGETS,
    "token": (st.text("-_0123456789abcdefABCDEF=", max_size=70) | st.text(max_size=30), token),
}  # fmt: skip
