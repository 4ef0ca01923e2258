"""The report's numbers add up."""

from delivery.reports import figures
from delivery.reports.figures import DomainRow, Group, Reason, Slice, Step

REMINDER = [
    Group("sent", "tls", "postlark.example", "TLSv1.3", False, "", 900),
    Group("sent", "tls", "postlark.example", "TLSv1.2", False, "", 50),
    Group("sent", "tls", "postlark.example", "TLSv1.3", True, "5.1.1", 10),
    Group("escrowed", "portal", "oldmill.example", "", False, "", 18),
    Group("escrowed", "portal", "oldmill.example", "", False, "", 12, is_read=True),
    Group("deferred", "tls", "oldmill.example", "", False, "", 4),
    Group("failed", "tls", "harbourmail.example", "", False, "5.1.1", 5),
    Group("uncertain", "tls", "harbourmail.example", "", False, "", 1),
    Group("skipped", "", "postlark.example", "", False, "withdrew", 70),
    Group("skipped", "", "oldmill.example", "", False, "suppressed", 30),
    Group("canceled", "", "oldmill.example", "", False, "", 2),
]


def test_the_funnel_goes_from_the_segment_to_the_readers():
    assert figures.funnel(REMINDER, read=12) == [
        Step("segment", 1102, None),
        Step("allowed", 1002, 1002 / 1102),
        Step("handed_over", 990, 990 / 1002),
        Step("accepted", 950, 950 / 990),
        Step("portal", 30, 30 / 990),
        Step("read", 12, 12 / 30),
    ]


def test_what_waits_in_the_portal_is_no_mail_that_a_server_took():
    (_, _, handed_over, accepted, portal, read) = figures.funnel(
        [Group("escrowed", "portal", "oldmill.example", "", False, "", 30)], read=0
    )
    assert [step.count for step in (handed_over, accepted, portal, read)] == [30, 0, 30, 0]


def test_an_empty_campaign_has_no_shares():
    assert {step.of_former for step in figures.funnel([], read=0)} == {None}
    assert figures.split([]) == []
    assert figures.by_domain([]) == []


def test_the_split_leaves_out_who_was_never_sent_to():
    assert figures.split(REMINDER) == [
        Slice("tls", 950, 0.95),
        Slice("portal", 30, 0.03),
        Slice("held", 4, 0.004),
        Slice("failed", 15, 0.015),
        Slice("uncertain", 1, 0.001),
    ]


def test_domains_come_largest_first_with_their_lowest_tls():
    assert figures.by_domain(REMINDER) == [
        DomainRow("postlark.example", 960, 950, 0, 0, 10, 0, 0, "TLSv1.2"),
        DomainRow("oldmill.example", 36, 0, 30, 4, 0, 2, 12, ""),
        DomainRow("harbourmail.example", 6, 0, 0, 0, 5, 1, 0, ""),
    ]


def test_the_numbers_of_a_domain_add_up_to_its_people():
    for row in figures.by_domain(REMINDER):
        parts = (row.accepted, row.portal, row.to_try, row.failed, row.other)
        assert sum(parts) == row.people
    assert sum(row.people for row in figures.by_domain(REMINDER)) == 1002


def test_what_only_waits_in_the_portal_was_accepted_by_no_server():
    (row,) = figures.by_domain([Group("escrowed", "portal", "oldmill.example", "", False, "", 30)])
    assert (row.share_accepted, row.portal, row.read) == (0.0, 30, 0)


def test_reasons_come_most_frequent_first():
    assert figures.reasons(REMINDER, "failed") == [Reason("5.1.1", 15)]
    assert figures.reasons(REMINDER, "skipped") == [
        Reason("withdrew", 70),
        Reason("suppressed", 30),
    ]
