"""Addresses in letters of any script: to servers that know SMTPUTF8, unchanged, and to no others."""

from dataclasses import replace
from functools import partial

import pytest

from contacts.addresses import AddressError, normalize_email
from delivery.models import Message, MessageEvent
from delivery.reports.reasons import in_words
from delivery.wire import headers
from delivery.wire.addresses import AddressUnusable, ascii_address, wire_address
from delivery.wire.door import NO_UTF8, Outcome, Result
from delivery.wire.session import Stage
from tests.delivery.must_arrive.promised import send, write
from tests.delivery.test_parameters import said
from tests.delivery.wires import Announcements, envelope, transport_to, written
from tests.factories.contacts import make_contact
from tests.fakes import FakeTransport
from tests.integrations.sending import make_proven
from tests.smtp_server import FaultServer

ROSE, WIDE = "josé", "用户"


def to(local_part: str):
    """To its domain, with a message whose To field names it."""
    message = envelope("x")
    address = f"{local_part}@{message.domain}"
    letter = headers.recipient_field(address) + b"Subject: Hello\r\n\r\nHello.\r\n"
    return replace(message, rcpt_to=address, build=partial(written, letter))


@pytest.mark.parametrize("local_part", [ROSE, WIDE, "δοκιμή", "ada.उदाहरण"])
def test_a_server_that_knows_utf8_gets_the_address_as_it_is(certificates, local_part):
    message = to(local_part)
    extensions = ("SMTPUTF8", "8BITMIME")
    with FaultServer(certificates.valid(), extensions=extensions).serving() as server:
        mail, rcpt = said(server, certificates, message)
    assert mail == "MAIL FROM:<b+1@clinic.example> SMTPUTF8 BODY=8BITMIME"
    assert rcpt == f"RCPT TO:<{local_part}@x.example>"
    (stored,) = server.stored
    assert f"To: <{local_part}@x.example>\r\n".encode() in stored.data


def test_a_server_without_it_hears_nothing_of_the_message(certificates):
    with FaultServer(certificates.valid(), extensions=("8BITMIME",)).serving() as server:
        outcome = transport_to(server, certificates=certificates).send(to(ROSE), Announcements())
    assert (outcome.result, outcome.reply) == (Result.REFUSED, NO_UTF8)
    assert [line for line in server.lines if line.startswith(("MAIL", "RCPT", "DATA"))] == []


def test_the_server_is_told_the_original_address_in_a_form_that_bounces_can_repeat(certificates):
    extensions = ("SMTPUTF8", "DSN")
    with FaultServer(certificates.valid(), extensions=extensions).serving() as server:
        _, rcpt = said(server, certificates, to("jo+sé"))
    assert rcpt.endswith(r" ORCPT=utf-8;jo\x{2B}s\x{E9}@x.example")


def test_other_mail_asks_for_nothing_new(certificates):
    extensions = ("SMTPUTF8", "8BITMIME")
    with FaultServer(certificates.valid(), extensions=extensions).serving() as server:
        mail, _ = said(server, certificates, envelope("ada"))
    assert mail == "MAIL FROM:<b+1@clinic.example>"


def test_what_a_server_cannot_be_told_fails_for_that_reason_and_suppresses_nobody(clinic):
    make_proven()
    person = make_contact(email=normalize_email("josé@faß.example"))
    message = write(person)
    address = "josé@xn--fa-hia.example"
    refused = Outcome(Result.REFUSED, Stage.MAIL, NO_UTF8, "mx")
    transport = FakeTransport({address: refused})
    send(transport)
    message.refresh_from_db()
    assert (message.status, message.reason, transport.handed_over) == ("failed", "no_utf8", {})
    assert "letters beyond ASCII" in in_words(message.reason)
    assert MessageEvent.objects.get(kind="failed").detail["meaning"] == "no_utf8"
    assert Message.objects.count() == 1


def test_it_is_signed_and_sent_where_it_can_be(clinic):
    make_proven()
    person = make_contact(email=f"{WIDE}@harbourmail.example")
    write(person)
    transport = FakeTransport()
    send(transport)
    (letter,) = transport.handed_over[f"{WIDE}@harbourmail.example"]
    assert f"\r\nTo: <{WIDE}@harbourmail.example>\r\n".encode() in letter
    assert letter.replace(f"{WIDE}@".encode(), b"").isascii()


@pytest.mark.parametrize(
    ("written", "normal"),
    [
        ("jose\u0301@x.example", "jos\u00e9@x.example"),  # the composed form
        ("用户@例え.example", "用户@xn--r8jz45g.example"),
    ],
)
def test_one_form_of_each_address_is_kept(written, normal):
    assert normalize_email(written) == normal
    assert wire_address(normal) == normal


@pytest.mark.parametrize(
    "local_part", ["a\u202eb", "a\u200bb", "a\u00a0b", "a\u0007b", "é" * 33, "é..b", "é\r\nRCPT"]
)
def test_what_is_unseen_or_too_long_is_no_address(local_part):
    with pytest.raises(AddressError):
        normalize_email(f"{local_part}@x.example")
    with pytest.raises(AddressUnusable):
        wire_address(f"{local_part}@x.example")


def test_senders_stay_in_plain_letters():
    with pytest.raises(AddressUnusable):
        ascii_address("josé@x.example")
    with pytest.raises(AddressUnusable):
        headers.mailbox("Elm", "josé@x.example")
