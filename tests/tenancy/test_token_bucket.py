"""Budgets with Valkey and, while it is away, in each process."""

import time
from uuid import uuid4

import pytest
from django.test import override_settings

from tenancy import token_bucket
from tenancy.token_bucket import MOST_LOCAL_BUCKETS, Budget, LocalBuckets, take

SMALL = Budget(3, window=3600)


@pytest.fixture
def without_valkey(monkeypatch):
    token_bucket._valkey.cache_clear()
    monkeypatch.setattr(token_bucket, "_alone_until", 0.0)
    with override_settings(VALKEY_URL="unix:///nowhere/v.sock"):
        yield
    token_bucket._valkey.cache_clear()


def spend_all(names):
    return [take(dict.fromkeys(names, SMALL)).remaining for _ in range(4)]


def test_gives_what_it_holds_and_then_says_how_long_to_wait():
    name = str(uuid4())
    assert spend_all([name]) == [2, 1, 0, 0]
    assert 1199 <= take({name: SMALL}).retry_after <= 1200


def test_so_does_each_process_alone(without_valkey):
    name = str(uuid4())
    assert spend_all([name]) == [2, 1, 0, 0]
    assert 1199 <= take({name: SMALL}).retry_after <= 1200


def test_a_valkey_that_goes_away_gives_nobody_a_second_burst(monkeypatch):
    name = str(uuid4())
    assert spend_all([name]) == [2, 1, 0, 0]
    monkeypatch.setattr(token_bucket, "_alone_until", time.monotonic() + 60)
    assert take({name: SMALL}).is_exceeded
    assert take({str(uuid4()): SMALL}).remaining == 2


def test_takes_from_all_or_from_none():
    spent, fresh = str(uuid4()), str(uuid4())
    spend_all([spent])
    assert take({spent: SMALL, fresh: SMALL}).is_exceeded
    assert take({fresh: SMALL}).remaining == 2


def test_takes_from_all_or_from_none_alone():
    buckets = LocalBuckets()
    for _ in range(4):
        buckets.take({"spent": SMALL}, 1)
    assert buckets.take({"spent": SMALL, "fresh": SMALL}, 1).is_exceeded
    assert buckets.take({"fresh": SMALL}, 1).remaining == 2


def test_refills_steadily():
    name, quick = str(uuid4()), Budget(10, window=1)
    take({name: quick}, cost=10)
    assert take({name: quick}, cost=5).is_exceeded
    time.sleep(0.7)
    assert not take({name: quick}, cost=5).is_exceeded


def test_a_valkey_that_is_gone_is_asked_once_in_five_seconds(without_valkey):
    take({str(uuid4()): SMALL})
    began = time.monotonic()
    assert token_bucket._alone_until - began > 4
    for _ in range(1_000):
        take({str(uuid4()): SMALL})
    assert time.monotonic() - began < 1


def test_counting_alone_does_not_grow_for_ever():
    buckets = LocalBuckets()
    for number in range(MOST_LOCAL_BUCKETS + 10):
        buckets.take({str(number): SMALL}, 1)
    assert len(buckets._held) <= MOST_LOCAL_BUCKETS
