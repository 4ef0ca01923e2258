from uuid import uuid4

from integrations import rate_limits


def test_a_bucket_gives_what_it_holds_and_then_says_how_long_to_wait():
    bucket = str(uuid4())
    first = rate_limits.take(bucket)
    assert (first.remaining, first.is_exceeded) == (599, False)
    assert not rate_limits.take(bucket, cost=590).is_exceeded
    refused = rate_limits.take(bucket, cost=600)
    assert refused.is_exceeded
    assert 55 <= refused.retry_after <= 60
    assert rate_limits.headers(refused)["Retry-After"] == str(refused.retry_after)


def test_a_refusal_takes_nothing():
    bucket = str(uuid4())
    rate_limits.take(bucket, cost=595)
    rate_limits.take(bucket, cost=300)
    assert not rate_limits.take(bucket, cost=5).is_exceeded


def test_each_key_has_its_own_bucket():
    spent, fresh = str(uuid4()), str(uuid4())
    rate_limits.take(spent, cost=600)
    assert rate_limits.take(fresh).remaining == 599
