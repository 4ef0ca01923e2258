import time
from datetime import timedelta

import pytest

from delivery.wire.sts import (
    LONGEST_AGE,
    MOST_HOSTS,
    Mode,
    Policy,
    PolicyInvalid,
    announced_id,
    parse,
    policy_url,
    record_name,
)

# RFC 8461 3.1 and 3.2.
RECORD = "v=STSv1; id=20160831085700Z;"
FILE = b"version: STSv1\r\nmode: enforce\r\nmx: mail.example.com\r\nmx: *.example.net\r\nmax_age: 604800\r\n"


def policy(*mx: str, mode: Mode = Mode.ENFORCE) -> Policy:
    return Policy("1", mode, mx, timedelta(days=7))


def test_reads_the_example_of_the_rfc():
    assert parse(FILE, "20160831085700Z") == Policy(
        "20160831085700Z",
        Mode.ENFORCE,
        ("mail.example.com", "*.example.net"),
        timedelta(seconds=604_800),
    )


def test_is_found_at_the_names_of_the_rfc():
    assert record_name("example.com") == "_mta-sts.example.com"
    assert policy_url("example.com") == "https://mta-sts.example.com/.well-known/mta-sts.txt"


@pytest.mark.parametrize(
    ("texts", "announced"),
    [
        ([RECORD], "20160831085700Z"),
        (["v=STSv1;id=a1"], "a1"),
        (["v=STSv1 ; id=a1 ; other=x;"], "a1"),
        (["v=STSv1; other=x; id=a1;"], "a1"),
        (["v=spf1 -all", RECORD], "20160831085700Z"),
        ([], None),
        (["v=STSv1;"], None),
        (["id=a1; v=STSv1;"], None),
        (["v=STSv2; id=a1;"], None),
        (["v=STSv1; id=;"], None),
        (["v=STSv1; id=a b;"], None),
        ([f"v=STSv1; id={'a' * 33};"], None),
        (["v=STSv1; xid=a1;"], None),
        (["v=STSv1; id=a1; id=b2"], "a1"),
        (["v=STSv1; id=a1;; other=x"], None),
        (["v=STSv1 x; id=a1;"], None),
        ([RECORD, RECORD], None),
        ([RECORD, "v=STSv1; broken"], None),
    ],
)
def test_one_record_announces_a_policy(texts, announced):
    assert announced_id(texts) == announced


@pytest.mark.parametrize(
    ("host", "mx", "is_named"),
    [
        ("mail.example.com", "mail.example.com", True),
        ("MAIL.Example.com.", "mail.example.com", True),
        ("mx1.example.net", "*.example.net", True),
        ("a.b.example.net", "*.example.net", False),
        ("example.net", "*.example.net", False),
        ("mail.example.com.evil.example", "mail.example.com", False),
        ("evilmail.example.com", "mail.example.com", False),
        ("com", "*.com", False),
    ],
)
def test_a_star_stands_for_one_label(host, mx, is_named):
    assert policy(mx).names(host) is is_named


def test_only_one_mode_is_enforced():
    assert [policy("a.example", mode=mode).is_enforced for mode in Mode] == [True, False, False]


@pytest.mark.parametrize(
    ("lines", "mode", "mx"),
    [
        (b"version: STSv1\nmode: none\nmax_age: 0\n", Mode.NONE, ()),
        (b"max_age:1\nmx:\tA.Example.\t\nmode:testing\nversion:STSv1", Mode.TESTING, ("a.example",)),
        (b"version: STSv1\nmode: testing\nmode: enforce\nmx: a.example\nmax_age: 1\n",
         Mode.TESTING, ("a.example",)),
        (b"version: STSv1\nfuture: thing\n\nmode: enforce\nmx: a.example\nmax_age: 1\n",
         Mode.ENFORCE, ("a.example",)),
    ],
)  # fmt: skip
def test_reads_what_the_rfc_allows(lines, mode, mx):
    found = parse(lines, "1")
    assert (found.mode, found.mx) == (mode, mx)


def test_a_policy_is_kept_for_a_year_at_most():
    lines = FILE.replace(b"604800", b"9999999999")
    assert parse(lines, "1").max_age == timedelta(seconds=LONGEST_AGE)


@pytest.mark.parametrize(
    ("was", "is_"),
    [
        (b"STSv1", b"STSv2"),
        (b"version: STSv1\r\n", b""),
        (b"mode: enforce", b"mode: Enforce"),
        (b"mode: enforce\r\n", b""),
        (b"max_age: 604800", b"max_age: -1"),
        (b"max_age: 604800", b"max_age: 1.5"),
        (b"max_age: 604800", b"max_age: \xd9\xa1"),
        (b"max_age: 604800\r\n", b""),
        (b"mail.example.com", b"*.*.example.com"),
        (b"mail.example.com", b"m\xc3\xa4il.example.com"),
        (b"mail.example.com", b"mail_.example.com"),
        (b"mail.example.com", b""),
        (b"mx: mail.example.com\r\nmx: *.example.net\r\n", b""),
        (b"mx: mail.example.com\r\n", b"mx: mail.example.com\r\n" * (MOST_HOSTS + 1)),
        (b"mode: enforce", b"mode enforce"),
        (b"version", b"\xff"),
        (b"version: STSv1", b"<!doctype html>"),
    ],
)
def test_refuses_what_is_no_policy(was, is_):
    assert FILE.count(was) == 1
    with pytest.raises(PolicyInvalid):
        parse(FILE.replace(was, is_), "1")


def test_a_line_of_blanks_costs_no_more_than_its_length():
    """Whoever serves the policy chooses them; a second of ours is a second for all mail."""
    began = time.process_time()
    blanks = (
        b"version: STSv1\nmode: enforce\nmx: mx.x.example\nmax_age: 9\nx: a" + b" " * 60_000 + b"b"
    )
    assert parse(blanks, "1").mx == ("mx.x.example",)
    assert time.process_time() - began < 1
