"""A campaign's message as it arrived: what other people's verifiers and a spam filter make of it."""

import email

import pytest

from tests.factories.contacts import make_contact
from tests.servers.sending import send_until, transport
from tests.servers.verifiers import rspamd_says, verdicts

pytestmark = pytest.mark.bench_servers

# It gives our messages -0.65; greylisting begins at 4.
BUDGET = 0.5
PASSED = {"R_DKIM_ALLOW", "R_SPF_ALLOW", "DMARC_POLICY_ALLOW"}


@pytest.fixture
def arrived(bench, campaign):
    """With CRLF, as it was on the wire, from its signature on; and its return path."""
    make_contact(email="ada@valid.example")
    send_until(0, transport(bench))
    (stored,) = bench.stored("ada@valid.example")
    letter = email.message_from_bytes(stored)
    message = stored[stored.index(b"DKIM-Signature:") :].replace(b"\n", b"\r\n")
    for file in (bench.folder / "dovecot" / "mail" / "valid.example" / "ada" / "new").glob("*"):
        file.unlink()
    return message, letter["Return-Path"].strip("<>")


def with_another_name(message: bytes) -> bytes:
    head, blank, body = message.partition(b"\r\n\r\n")
    assert b"Ada" in body
    return head + blank + body.replace(b"Ada", b"Bea")


def test_four_verifiers_accept_it_and_none_a_changed_one(bench, arrived):
    message, _ = arrived
    assert message.count(b"DKIM-Signature:") == 2
    assert verdicts(bench, message) == {
        "dkimpy": "pass, pass",
        "mailauth": "rsa-sha256 pass, ed25519-sha256 pass",
        "OpenDKIM": "exit 0",
        "Mail::DKIM": "pass",
    }
    assert verdicts(bench, with_another_name(message)) == {
        "dkimpy": "fail, fail",
        "mailauth": "rsa-sha256 neutral, ed25519-sha256 neutral",
        "OpenDKIM": "exit 70",
        "Mail::DKIM": "fail",
    }


def test_a_spam_filter_finds_signature_sender_and_policy_in_order(bench, arrived):
    message, mail_from = arrived
    with bench.also("rspamd"):
        report = rspamd_says(message, mail_from=mail_from, rcpt="ada@valid.example")
        changed = with_another_name(message)
        other = rspamd_says(changed, mail_from="eve@evil.example", rcpt="ada@valid.example")
    symbols = {name: symbol["score"] for name, symbol in report["symbols"].items()}
    assert set(symbols) >= PASSED
    assert len(report["symbols"]["R_DKIM_ALLOW"]["options"]) == 2
    assert report["score"] <= BUDGET, symbols
    assert not PASSED & set(other["symbols"])
    assert {"R_DKIM_REJECT", "DMARC_POLICY_REJECT"} <= set(other["symbols"])
