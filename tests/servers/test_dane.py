"""Our verdicts on signed keys beside those of Postfix's own prober."""

import re

import pytest

from delivery.wire.levels import Level
from dev.mailbench.postures import SIGNED
from tests.servers.sending import in_words, send, transport

pytestmark = pytest.mark.bench_servers

MATCHED = re.compile(r"Matched DANE (?:EE|TA) .*?: (\d \d \d) ")


def posttls_finger_says(bench, domain):
    """`T4 3 1 1`, `T2` for a certificate that the authority vouches for, or `no`."""
    options = ["-c", "-t", "10", "-l", "dane", "-F", bench.ca_file, "-o", "dnssec_probe=ns:test"]
    said = bench.run(["posttls-finger", *options, domain]).stdout.decode()
    if "Verified TLS connection" not in said:
        return "no"
    matched = MATCHED.search(said)
    return f"T4 {matched[1]}" if matched else "T2"


def we_say(bench, domain):
    outcome = send(transport(bench), f"dane@{domain}", Level.T2)
    words = in_words(outcome)
    return f"{words} {outcome.evidence.tlsa}".strip() if words.startswith("T") else "no"


VERDICTS = {
    "signed.test": "T2",
    "dane3.test": "T4 3 1 1",
    "dane3full.test": "T4 3 0 2",
    "dane2.test": "T4 2 1 1",
    "dane2name.test": "no",
    "danebad.test": "no",
    "daneexpired.test": "T4 3 1 1",
    "danenotls.test": "no",
    "daneunusable.test": "T2",
    "danests.test": "no",
    "tlsabogus.test": "no",
    "danebogus.test": "no",
}


@pytest.mark.parametrize("domain", VERDICTS)
def test_both_come_to_the_same_verdict(bench, domain):
    assert we_say(bench, domain) == posttls_finger_says(bench, domain) == VERDICTS[domain]


def test_keys_count_only_if_the_domain_named_their_host_with_a_signature(bench):
    """Whoever forges the MX record names a host of their own (RFC 7672 2.2.1): its certificate counts."""
    assert we_say(bench, "mixed.example") == "no"


def test_every_signed_posture_has_a_verdict():
    assert {posture.domain for posture in SIGNED} <= set(VERDICTS)
