"""What a report about TLS says, whoever wrote it."""

import json
import time
import zlib
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from delivery.tls_reports import reading
from tests.delivery.tls_reports.letters import detail, letter, policy, report, zipped

DOMAIN = "mail.elm.example"
MORNING = datetime(2026, 11, 23, tzinfo=UTC)
TEXT = report(
    DOMAIN,
    policy(DOMAIN, detail("certificate-expired", 100), detail("starttls-not-supported", 200),
           detail("certificate-expired", 2), detail("made-up", 1)),
    policy(DOMAIN, kind="tlsa", successful=7, failed=0),
    ends_at=MORNING,
)  # fmt: skip


def test_says_what_was_counted_by_policy_and_kind():
    first, second = reading.reports_in(letter(zipped(TEXT)))
    assert (first.reporter, first.report_id, first.domain) == ("Big Mail", "r-1", DOMAIN)
    assert (first.begins_at, first.ends_at) == (datetime(2026, 11, 22, tzinfo=UTC), MORNING)
    assert (first.policy.value, first.successful, first.failed) == ("sts", 5326, 303)
    assert first.failures == {
        "certificate-expired": 102, "starttls-not-supported": 200, "other": 1
    }  # fmt: skip
    assert (second.policy.value, second.successful, second.failures) == ("tlsa", 7, {})


@pytest.mark.parametrize(
    ("media_type", "name", "content"),
    [
        ("application/tlsrpt+json", "report.json", TEXT.encode()),
        ("application/json", "report.json", TEXT.encode()),
        ("application/gzip", "a!b!1!2.json.gz", zipped(TEXT)),
        ("application/octet-stream", "a!b!1!2.json.gz", zipped(TEXT)),
    ],
)
def test_reads_it_as_it_is_sent_in_practice(media_type, name, content):
    assert len(reading.reports_in(letter(content, media_type, name))) == 2


def with_(**changed):
    return json.dumps({**json.loads(TEXT), **changed})


@pytest.mark.parametrize(
    "text",
    [
        "", "{", "[]", "null", '"x"', "{}",
        with_(policies={}), with_(policies=[1]), with_(policies=[{}]),
        with_(**{"organization-name": ["x"]}),
        with_(**{"date-range": {"start-datetime": "x", "end-datetime": "y"}}),
        with_(**{"date-range": {"start-datetime": "2026-11-22", "end-datetime": "2026-11-23"}}),
        with_(**{"date-range": {"start-datetime": "2026-11-23T00:00:00Z", "end-datetime": "2026-11-23T00:00:00Z"}}),
        with_(**{"date-range": {"start-datetime": "2026-11-01T00:00:00Z", "end-datetime": "2026-11-23T00:00:00Z"}}),
        report(DOMAIN, policy(DOMAIN, successful=-1)),
        report(DOMAIN, policy(DOMAIN, successful=True)),
        report(DOMAIN, policy(DOMAIN, successful=1.5)),
        report(DOMAIN, policy(DOMAIN, detail(["x"], {}))),
    ],
)  # fmt: skip
def test_what_is_no_report_is_none(text):
    assert reading.reports_in(letter(zipped(text))) == []


def test_a_number_beyond_all_sessions_is_cut():
    text = report(DOMAIN, policy(DOMAIN, detail("tlsa-invalid", 10**18), successful=10**18))
    (found,) = reading.reports_in(letter(zipped(text)))
    assert (found.successful, found.failures) == (10**9, {"tlsa-invalid": 10**9})


def test_a_bomb_of_gzip_is_not_opened():
    packer = zlib.compressobj(9, zlib.DEFLATED, zlib.MAX_WBITS | 16)
    spaces = b" " * 1_000_000
    bomb = b"".join(packer.compress(spaces) for _ in range(300)) + packer.flush()
    assert len(bomb) < 500_000
    began = time.process_time()
    assert reading.reports_in(letter(bomb)) == []
    assert time.process_time() - began < 0.5
    # The same way opens what is no bomb, with as much room as there is.
    room = reading.LONGEST - len(TEXT)
    assert len(reading.reports_in(letter(zipped(TEXT + " " * room)))) == 2
    assert reading.reports_in(letter(zipped(TEXT + " " * (room + 1)))) == []


def test_more_policies_than_a_domain_has_are_left_out():
    text = report(DOMAIN, *[policy(DOMAIN)] * 30)
    assert len(reading.reports_in(letter(zipped(text)))) == reading.POLICIES


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["policies", "policy", "summary", "failure-details", "date-range", "result-type"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=8,
)


@examples(max_examples=150, deadline=None)
@given(
    place=st.sampled_from(
        ["organization-name", "date-range", "report-id", "policies", "policy", "summary", "failure-details"]
    ),
    planted=JSON,
)  # fmt: skip
def test_no_json_breaks_it(place, planted):
    said = json.loads(TEXT)
    if place in said:
        said[place] = planted
    else:
        said["policies"][0][place] = planted
    found = reading.reports_in(letter(zipped(json.dumps(said))))
    assert all(one.successful >= 0 and sum(one.failures.values()) >= 0 for one in found)


@examples(max_examples=100, deadline=None)
@given(st.binary(max_size=200), st.integers(0, 200))
def test_no_bytes_break_it(noise, place):
    content = zipped(TEXT)
    damaged = content[:place] + noise + content[place + len(noise) :]
    for bytes_ in (damaged, noise):
        assert len(reading.reports_in(letter(bytes_))) in {0, 2}
    assert reading.reports_in(noise) == []
