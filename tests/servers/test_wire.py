"""What our wire makes of every posture of real servers, and what somebody on the wire could read."""

import pytest

from delivery.wire.levels import Level
from dev.mailbench.postures import POSTURES
from dev.mailbench.tap import tapping
from tests.delivery.mailauth import mailauth_says
from tests.delivery.test_dkim import BODY, DNS_NAME, dkimpy_says, record, signed
from tests.servers.sending import in_words, send, transport

pytestmark = pytest.mark.bench_servers

# Domain → with T2 required, with nothing required.
TABLE = {
    "valid.example": ("T2", "T2"),
    "none.example": ("unprotected: starttls-not-supported", "T0"),
    "expired.example": ("unprotected: certificate-expired", "T1"),
    "untrusted.example": ("unprotected: certificate-not-trusted", "T1"),
    "selfsigned.example": ("unprotected: certificate-not-trusted", "T1"),
    "wrongname.example": ("unprotected: certificate-host-mismatch", "T1"),
    "tls10.example": ("unprotected: validation-failure", "T0"),
    "refused.example": ("unprotected: starttls-refused-now", "T0"),
    "grey.example": ("refused 4.7.1", "refused 4.7.1"),
    "reject.example": ("refused 5.1.1", "refused 5.1.1"),
    "small.example": ("T2", "T2"),
    "ascii.example": ("T2", "T2"),
    "bare.example": ("T2", "T2"),
    "nomx.example": ("T2", "T2"),
    "mxfail.example": ("T2", "T2"),
    "alias.example": ("T2", "T2"),
    "nullmx.example": ("refused 5.1.10", "refused 5.1.10"),
    "nonexistent.example": ("refused 5.1.2", "refused 5.1.2"),
    "dead.example": ("refused 4.4.1", "refused 4.4.1"),
    "private.example": ("refused 4.4.4", "refused 4.4.4"),
    "sts.example": ("T3", "T3"),
    "ststest.example": ("unprotected: certificate-not-trusted", "T1"),
    "stsbad.example": ("unprotected: certificate-not-trusted",) * 2,
    "stsother.example": ("unprotected: sts-host-not-named",) * 2,
    "stscert.example": ("T2", "T2"),
    "signed.test": ("T2", "T2"),
    "dane3.test": ("T4", "T4"),
    "dane3full.test": ("T4", "T4"),
    "dane2.test": ("T4", "T4"),
    "dane2name.test": ("unprotected: tlsa-invalid",) * 2,
    "danebad.test": ("unprotected: tlsa-invalid",) * 2,
    "daneexpired.test": ("T4", "T4"),
    "danenotls.test": ("unprotected: starttls-not-supported",) * 2,
    "daneunusable.test": ("T2", "T2"),
    "danests.test": ("unprotected: tlsa-invalid",) * 2,
    "tlsabogus.test": ("unprotected: dnssec-invalid",) * 2,
    "danebogus.test": ("refused 4.4.3", "refused 4.4.3"),
    "mixed.example": ("unprotected: certificate-host-mismatch", "T1"),
}


@pytest.fixture(scope="module")
def outcomes(bench):
    """All rows at once, each to a mailbox of its own; and all that clients wrote in the meantime."""
    with bench.network(), tapping() as tap:
        wire = transport(bench)
        found = {
            domain: tuple(
                in_words(send(wire, f"{local}@{domain}", required))
                for local, required in (("secret", Level.T2), ("open", Level.T0))
            )
            for domain in TABLE
        }
        return found, tap.sent()


@pytest.mark.parametrize("domain", TABLE)
def test_the_outcome_is_that_of_the_table(outcomes, domain):
    assert outcomes[0][domain] == TABLE[domain]


def test_nothing_of_a_message_that_needs_protection_is_ever_in_clear(outcomes):
    """The control: what needs none, and went to a server without TLS, is there word for word."""
    _, sent = outcomes
    assert b"RCPT TO:<open@none.example>" in sent
    assert b"RCPT TO:<open@tls10.example>" in sent
    assert sent.count(b"Dear Ada") == 3  # none, tls10, refused
    assert b"secret@" not in sent


@pytest.mark.parametrize("domain", TABLE)
def test_only_what_was_accepted_is_stored(outcomes, bench, domain):
    wanted = [said.startswith("T") for said in TABLE[domain]]
    found = [
        len(bench.stored(f"{local}@{domain}", count=int(wants), seconds=10 if wants else 0))
        for local, wants in zip(("secret", "open"), wanted, strict=True)
    ]
    assert found == [int(wants) for wants in wanted]


def test_what_arrives_is_what_was_sent_and_its_signature_holds(bench):
    message = signed(BODY)
    assert in_words(send(transport(bench), "whole@valid.example", Level.T2, message)) == "T2"
    (stored,) = bench.stored("whole@valid.example")
    arrived = stored[stored.index(b"DKIM-Signature:") :].replace(b"\n", b"\r\n")
    assert arrived == message
    assert dkimpy_says(arrived)
    assert mailauth_says(arrived, DNS_NAME, record()) == "pass"
    assert b"using TLSv1.3" in stored
    changed = arrived.replace(b"Dear Ada", b"Dear Bea")
    assert not dkimpy_says(changed)
    assert mailauth_says(changed, DNS_NAME, record()) != "pass"


def test_a_message_over_the_size_that_a_server_names_is_not_offered(bench):
    outcome = send(transport(bench), "big@small.example", Level.T2, signed(BODY * 4))
    assert in_words(outcome) == "refused 5.3.4"
    assert bench.stored("big@small.example", seconds=0) == []


# What asks for the domain's own word.
PROMISED = {
    "sts.example": "T3",
    "dane3.test": "T4",
    "valid.example": "unprotected: level-not-promised",
    "stscert.example": "unprotected: sts-webpki-invalid",
    "daneunusable.test": "unprotected: level-not-promised",
}


def test_what_needs_the_domains_word_goes_to_those_that_gave_it(bench):
    wire = transport(bench)
    found = {domain: in_words(send(wire, f"word@{domain}", Level.T3)) for domain in PROMISED}
    assert found == PROMISED


def test_a_policy_holds_though_its_web_server_is_gone(bench):
    wire = transport(bench)
    assert in_words(send(wire, "kept@sts.example", Level.T2)) == "T3"
    with bench.without("policies"):
        assert in_words(send(wire, "kept@sts.example", Level.T2)) == "T3"
        assert in_words(send(transport(bench), "new@sts.example", Level.T2)) == "T2"


def test_a_server_that_turned_bad_since_the_last_message_gets_nothing(bench):
    """Neither over the session that was kept, nor over a new one; and everything when it is mended."""
    wire, certificates = transport(bench), bench.folder / "tls"
    assert in_words(send(wire, "before@valid.example", Level.T2)) == "T2"
    good, bad = certificates / "valid.example.pem", certificates / "untrusted.example.pem"
    kept = good.read_bytes()
    try:
        good.write_bytes(bad.read_bytes())
        bench.order("stop", "postfix")
        bench.order("start", "postfix")
        with tapping() as tap:
            said = in_words(send(wire, "flipped@valid.example", Level.T2))
            assert b"flipped@" not in tap.sent()
    finally:
        good.write_bytes(kept)
        bench.order("stop", "postfix")
        bench.order("start", "postfix")
    assert said == "unprotected: certificate-not-trusted"
    assert in_words(send(wire, "after@valid.example", Level.T2)) == "T2"
    assert bench.stored("flipped@valid.example", seconds=0) == []
    assert len(bench.stored("after@valid.example")) == 1


def test_every_posture_has_a_row():
    assert {posture.domain for posture in POSTURES} <= set(TABLE)
