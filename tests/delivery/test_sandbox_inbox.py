"""The sandbox inbox reads what the sandbox's own servers wrote."""

from pathlib import Path
from uuid import UUID, uuid4

import pytest

from delivery import sandbox_inbox
from dev.sandbox.mailbox import Delivery, Tls, store

LETTER = b"""From: Elm Street Clinic <care@mail.elmstreet.example>\r
To: <ada@postbox.example>\r
Subject: =?utf-8?q?Su_cita_m=C3=A9dica?=\r
MIME-Version: 1.0\r
Content-Type: multipart/alternative; boundary=b\r
\r
--b\r
Content-Type: text/plain; charset=utf-8\r
\r
Hello Ada\r
--b\r
Content-Type: text/html; charset=utf-8\r
\r
<p>Hello Ada</p>\r
--b--\r
"""


def receive(
    root: Path, rcpt_to: str, *, at: str, tls: Tls | None = None, message_id: str = ""
) -> UUID:
    envelope = Delivery("b+1@bounce.elmstreet.example", rcpt_to, tls, at)
    header = f"Message-ID: {message_id}\r\n".encode() if message_id else b""
    return UUID(store(root, envelope, header + LETTER))


def test_the_newest_message_is_first(tmp_path):
    plain = receive(tmp_path, "Ada@plainmail.example", at="2026-11-24T09:00:00+00:00")
    sealed = receive(
        tmp_path,
        "ada@postbox.example",
        at="2026-11-24T09:05:00+00:00",
        tls=Tls("TLSv1.3", "TLS_AES_256_GCM_SHA384"),
    )
    assert [
        (each.name, each.mailbox, each.tls_version) for each in sandbox_inbox.arrivals(tmp_path)
    ] == [
        (sealed, "ada@postbox.example", "TLSv1.3"),
        (plain, "ada@plainmail.example", ""),
    ]


def test_mailboxes_are_searched(tmp_path):
    receive(tmp_path, "ada@postbox.example", at="2026-11-24T09:00:00+00:00")
    receive(tmp_path, "omar@postbox.example", at="2026-11-24T09:00:00+00:00")
    assert [each.mailbox for each in sandbox_inbox.arrivals(tmp_path, wanted="OMAR")] == [
        "omar@postbox.example"
    ]


def test_a_letter_is_decoded(tmp_path):
    name = receive(tmp_path, "ada@postbox.example", at="2026-11-24T09:00:00+00:00")
    letter = sandbox_inbox.letter(tmp_path, "postbox.example", name)
    assert (letter.subject, letter.text.strip(), letter.html.strip()) == (
        "Su cita médica",
        "Hello Ada",
        "<p>Hello Ada</p>",
    )
    assert letter.sender == "Elm Street Clinic <care@mail.elmstreet.example>"


@pytest.mark.parametrize("domain", ["..", "postbox.example/..", "nowhere.example"])
def test_only_what_was_received_can_be_read(tmp_path, domain):
    name = receive(tmp_path, "ada@postbox.example", at="2026-11-24T09:00:00+00:00")
    with pytest.raises(FileNotFoundError):
        sandbox_inbox.letter(tmp_path, domain, name)
    with pytest.raises(FileNotFoundError):
        sandbox_inbox.letter(tmp_path, "postbox.example", uuid4())


def test_an_empty_sandbox_has_no_mail(tmp_path):
    assert sandbox_inbox.arrivals(tmp_path / "not yet there") == []
