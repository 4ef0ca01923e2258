"""Faults at every turn: no message is lost, none goes out twice unnoticed, none is readable on the way."""

import os
import random
import secrets
import sys
import time
from collections import Counter

import pytest

from delivery.crash_points import POINTS
from tests.chaos import defects
from tests.chaos.batches import ROUNDS_A_BATCH, lived
from tests.chaos.faults import BY_NAME, EACH_POINT, drawn
from tests.chaos.letters import DRAFTERS
from tests.chaos.outcomes import Outcomes

pytestmark = pytest.mark.prove
SEED = int(os.environ.get("SEED") or secrets.randbelow(10**6))
ROUNDS = int(os.environ.get("ROUNDS") or 540)
AT_THE_DOT = ("dropped after the dot", "kill -9: after_dot", "kill -9: before_dot")
DEFECTS = {
    "stored 2 times, and nobody is told": {"recover": defects.queue_announced_again},
    "lost, though it is told as sent": {"recover": defects.take_announced_for_sent},
    "stored in clear": {"drafters": dict.fromkeys(DRAFTERS, defects.draft_unprotected)},
}


def test_nothing_is_lost_doubled_or_readable(around, capfd):
    chance = random.Random(SEED)
    faults = drawn(ROUNDS, chance)
    outcomes, wrong, in_clear, began = Outcomes(), [], b"", time.monotonic()
    for first in range(0, len(faults), ROUNDS_A_BATCH):
        batch = lived(around, faults[first : first + ROUNDS_A_BATCH], chance)
        outcomes.add(batch.faults, batch.lives)
        wrong += [f"rounds from {first}: {each}" for each in batch.violations + batch.surprises]
        in_clear += batch.in_clear
    with capfd.disabled():
        took = time.monotonic() - began
        sys.stdout.write(f"\nSEED={SEED}, {len(faults)} rounds in {took:.0f} s\n")
        sys.stdout.write(f"{outcomes.table()}\n")
    assert wrong == []
    assert all(outcomes.rounds[f"kill -9: {point}"] == EACH_POINT for point in POINTS)
    # The ears were open: what may travel in clear did, where a server offered nothing better.
    assert b"\r\nMessage-ID: " in in_clear


@pytest.mark.parametrize("sign", DEFECTS)
def test_a_defect_is_noticed(around, sign):
    names = ["STARTTLS stripped"] if "clear" in sign else AT_THE_DOT
    faults = [BY_NAME[name] for name in names] * 2
    batch = lived(around, faults, random.Random(1), **DEFECTS[sign])
    found = Counter(violation.partition(":")[0] for violation in batch.violations)
    assert found[sign] > 0
    assert batch.surprises == []


def test_without_a_defect_the_same_rounds_are_in_order(around):
    faults = [BY_NAME[name] for name in (*AT_THE_DOT, "STARTTLS stripped")]
    batch = lived(around, faults, random.Random(1))
    assert (batch.violations, batch.surprises) == ([], [])
