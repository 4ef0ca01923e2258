from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from accounts import display

NOW = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)
DENVER = ZoneInfo("America/Denver")


@pytest.mark.parametrize(
    ("distance", "words"),
    [
        (timedelta(seconds=-20), "just now"),
        (timedelta(minutes=-1), "1 minute ago"),
        (timedelta(minutes=-59), "59 minutes ago"),
        (timedelta(hours=-1), "1 hour ago"),
        (timedelta(hours=-23), "23 hours ago"),
        (timedelta(seconds=20), "in less than a minute"),
        (timedelta(hours=2), "in 2 hours"),
        (timedelta(days=-3), "20 November, 07:00"),
        (timedelta(days=-400), "19 October 2025, 08:00"),
    ],
)
def test_says_how_long_ago_within_a_day_and_the_local_date_after_it(distance, words):
    assert display.when(NOW + distance, NOW, DENVER) == words


@pytest.mark.parametrize(
    ("share", "words"),
    [(0.9891, "98.9 %"), (0.99999, "99.9 %"), (0.0001, "0.1 %"), (1.0, "100 %"), (0.0, "0 %")],
)
def test_never_rounds_a_share_to_all_or_nothing(share, words):
    assert display.percentage(share) == words.replace(" ", "\u00a0")


@pytest.mark.parametrize(
    ("value", "masked"),
    [
        ("marisol.quinn@postlark.example", "m•••••@postlark.example"),
        ("Marisol Quinn", "M••••• Q."),
        ("Bo", "B•••••"),
        ("5550100", "5•••••"),
        ("12 34", "1•••••"),
    ],
)
def test_masks_to_a_first_letter_without_telling_the_length(value, masked):
    assert display.mask(value) == masked


@pytest.mark.parametrize(
    ("number", "masked"),
    [("EV-100234", "•••••234"), ("12345", "•••••45"), ("123", "•••••3"), ("7", "•••••")],
)
def test_masks_a_record_number_to_its_end_and_a_short_one_to_less(number, masked):
    assert display.mask_number(number) == masked


def test_shows_evidence_to_the_second_with_its_zone():
    assert display.exact(NOW, DENVER) == "23 November 2026, 07:00:00 MST"


def test_takes_the_first_and_the_last_name_for_initials():
    assert display.initials("Dana van Whitlow") == "DW"
    assert display.initials("Dana") == "D"
