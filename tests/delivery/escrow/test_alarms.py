"""An attack on many messages at once, of which no single one notices much."""

import logging

import pytest

from delivery.escrow import alarms
from tenancy import token_bucket


def forget():
    names = [f"{token_bucket.PREFIX}{name}" for name in alarms.ANSWERS | alarms.ALARM]
    token_bucket._valkey().delete(*names)


@pytest.fixture(autouse=True)
def _nothing_counted():
    forget()
    yield
    forget()


def test_says_so_once_when_wrong_answers_are_too_many(caplog):
    with caplog.at_level(logging.ERROR, logger="delivery.escrow.alarms"):
        for _ in range(alarms.WRONG_ANSWERS_PER_HOUR - 1):
            alarms.count_wrong_answer()
        assert caplog.messages == []
        for _ in range(3):
            alarms.count_wrong_answer()
    assert caplog.messages == ["portal: 500 wrong answers within an hour"]
