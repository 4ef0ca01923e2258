"""The report's numbers add up, and say neither all nor none when it is not so."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from delivery.reports import figures
from delivery.reports.figures import DomainRow, Group, Reason, Slice, Step

D = Decimal

REMINDER = [
    Group("sent", "tls", "postlark.example", "TLSv1.3", False, "", 900),
    Group("sent", "tls", "postlark.example", "TLSv1.2", False, "", 50),
    Group("sent", "tls", "postlark.example", "TLSv1.3", True, "5.1.1", 10),
    Group("escrowed", "portal", "oldmill.example", "", False, "", 30),
    Group("deferred", "tls", "oldmill.example", "", False, "", 4),
    Group("failed", "tls", "harbourmail.example", "", False, "5.1.1", 5),
    Group("uncertain", "tls", "harbourmail.example", "", False, "", 1),
    Group("skipped", "", "postlark.example", "", False, "withdrew", 70),
    Group("skipped", "", "oldmill.example", "", False, "suppressed", 30),
    Group("canceled", "", "oldmill.example", "", False, "", 2),
]


@pytest.mark.parametrize(
    ("part", "whole", "expected"),
    [
        (1, 3, D("33.3")),
        (2, 3, D("66.7")),
        (1, 16, D("6.3")),  # 6.25 rounds away from zero, not to the even digit
        (1, 100_000, D("0.1")),
        (99_999, 100_000, D("99.9")),
        (0, 5, D("0.0")),
        (5, 5, D("100.0")),
        (0, 0, None),
    ],
)
def test_shares_are_rounded_honestly(part, whole, expected):
    assert figures.share(part, whole) == expected


def test_the_funnel_goes_from_the_segment_to_the_readers():
    assert figures.funnel(REMINDER, read=12) == [
        Step("segment", 1102, D("100.0"), None),
        Step("allowed", 1002, D("90.9"), D("90.9")),
        Step("handed_over", 990, D("89.8"), D("98.8")),
        Step("delivered", 980, D("88.9"), D("99.0")),
        Step("read", 12, D("1.1"), D("1.2")),
    ]


def test_an_empty_campaign_has_no_shares():
    assert {step.of_first for step in figures.funnel([], read=0)} == {None}
    assert figures.split([]) == []
    assert figures.by_domain([]) == []


def test_the_split_leaves_out_who_was_never_sent_to():
    assert figures.split(REMINDER) == [
        Slice("tls", 950, D("95.0"), D("0.00"), D("95.00")),
        Slice("portal", 30, D("3.0"), D("95.00"), D("3.00")),
        Slice("held", 4, D("0.4"), D("98.00"), D("0.40")),
        Slice("failed", 15, D("1.5"), D("98.40"), D("1.50")),
        Slice("uncertain", 1, D("0.1"), D("99.90"), D("0.10")),
    ]


@given(st.lists(st.integers(min_value=0, max_value=10**7), min_size=4, max_size=4))
def test_the_slices_fill_the_bar_exactly(counts):
    statuses = ["sent", "deferred", "failed", "queued"]
    groups = [
        Group(status, "tls", "postlark.example", "", False, "", count)
        for status, count in zip(statuses, counts, strict=True)
    ]
    slices = figures.split(groups)
    assert sum(part.width for part in slices) == (D(100) if sum(counts) else D(0))
    assert [part.start for part in slices] == [
        sum((earlier.width for earlier in slices[:index]), D(0)) for index in range(len(slices))
    ]


def test_domains_come_largest_first_with_their_lowest_protection():
    assert figures.by_domain(REMINDER) == [
        DomainRow("postlark.example", 960, 950, 0, 10, D("99.0"), "TLSv1.2"),
        DomainRow("oldmill.example", 30, 30, 30, 0, D("100.0"), "portal"),
        DomainRow("harbourmail.example", 0, 0, 0, 5, None, ""),
    ]


def test_reasons_come_most_frequent_first():
    assert figures.reasons(REMINDER, "failed") == [Reason("5.1.1", 15)]
    assert figures.reasons(REMINDER, "skipped") == [
        Reason("withdrew", 70),
        Reason("suppressed", 30),
    ]
