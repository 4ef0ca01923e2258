"""Every reader of what strangers write refuses it in its own words, or holds to what it promises.

A sample runs with the suite; `make prove` draws for FUZZ_SECONDS for each reader and says how many.
"""

import os
import sys
import time

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings

from tenancy.ids import uuid7
from tests.security.fuzz_targets import TARGETS

SECONDS = float(os.environ.get("FUZZ_SECONDS", "60"))
SAMPLE, BATCH = 200, 5_000
DRAWS = settings(
    max_examples=SAMPLE,
    deadline=None,
    database=None,
    phases=[Phase.generate, Phase.shrink],
    suppress_health_check=list(HealthCheck),
)


def fuzz(target, examples, start):
    """How many were drawn."""
    inputs, holds_for = TARGETS[target]
    drawn = 0

    @seed(start)
    @settings(DRAWS, max_examples=examples)
    @given(inputs)
    def each(text):
        nonlocal drawn
        drawn += 1
        holds_for(text)

    each()
    return drawn


@pytest.mark.parametrize("target", TARGETS)
def test_a_sample_of_what_strangers_write(target, clinic):
    assert fuzz(target, SAMPLE, 1) >= SAMPLE // 2


@pytest.mark.prove
@pytest.mark.parametrize("target", TARGETS)
def test_a_volume_of_what_strangers_write(target, clinic, capsys):
    began, drawn = time.monotonic(), 0
    start = uuid7().int % 2**32
    while time.monotonic() - began < SECONDS:
        drawn += fuzz(target, BATCH, start + drawn)
    with capsys.disabled():
        sys.stdout.write(f"\n{target}: {drawn:,} inputs in {SECONDS:.0f} s from seed {start}\n")
    assert drawn >= BATCH


def test_a_reader_that_falls_over_is_found(monkeypatch, clinic):
    inputs, _ = TARGETS["token"]
    monkeypatch.setitem(TARGETS, "planted", (inputs, lambda text: text.index("a")))
    with pytest.raises(ValueError, match="substring not found"):
        fuzz("planted", SAMPLE, 1)
