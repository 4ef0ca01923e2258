"""A report about TLS out of a mail, within bounds: anybody can write one. Pure."""

import zlib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import orjson

from delivery.inbound.parts import Part, parts_of
from delivery.models.tls_report import Failure, TlsReport

# RFC 8460 5.3, and how senders call them whose mail programs know the file names only.
ZIPPED = {"application/tlsrpt+gzip", "application/gzip", "application/x-gzip"}
PLAIN = {"application/tlsrpt+json", "application/json"}
# A day's report of the largest mail operators holds some kilobytes for one domain.
LONGEST = 1_000_000
POLICIES = 20
DETAILS = 500
MOST_SESSIONS = 10**9
SHOWN = 250
# RFC 8460 4.1 asks for a day; some report of a week.
LONGEST_SPAN = timedelta(days=8)


class NotAReport(ValueError):
    """The text is none, or says what cannot be."""


@dataclass(frozen=True)
class Reported:
    """What one mail server saw of one domain, under one policy, in its span of time."""

    reporter: str = field(repr=False)
    report_id: str = field(repr=False)
    domain: str = field(repr=False)
    policy: TlsReport.Policy
    begins_at: datetime
    ends_at: datetime
    successful: int
    failed: int
    failures: Mapping[str, int]


def reports_in(content: bytes) -> list[Reported]:
    """All that the mail's files report; none if it holds no report."""
    for part in parts_of(content)[1:]:
        try:
            return list(_policies(orjson.loads(_json_of(part))))
        except (NotAReport, orjson.JSONDecodeError):
            continue
    return []


def _json_of(part: Part) -> bytes:
    if part.media_type in PLAIN:
        text = part.content
    elif part.media_type in ZIPPED or _file_name(part).endswith(".json.gz"):
        text = _unzipped(part.content)
    else:
        raise NotAReport
    if len(text) > LONGEST:
        raise NotAReport
    return text


def _file_name(part: Part) -> str:
    return part.parameters.get("name", "").strip().lower()


def _unzipped(content: bytes) -> bytes:
    """A small file can hold gigabytes: nothing beyond the bound is made."""
    opened = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
    try:
        text = opened.decompress(content, LONGEST + 1)
    except zlib.error:
        raise NotAReport from None
    if not opened.eof:
        raise NotAReport
    return text


def _policies(report: object) -> Iterator[Reported]:
    whole = _object(report)
    begins_at, ends_at = _span(_object(whole.get("date-range")))
    reporter, report_id = _text(whole, "organization-name"), _text(whole, "report-id")
    for entry in _list(whole.get("policies"))[:POLICIES]:
        policy, summary = _object(_object(entry).get("policy")), _object(entry).get("summary")
        counted = _object(summary)
        yield Reported(
            reporter=reporter,
            report_id=report_id,
            domain=_text(policy, "policy-domain").lower().rstrip("."),
            policy=_policy(policy.get("policy-type")),
            begins_at=begins_at,
            ends_at=ends_at,
            successful=_count(counted.get("total-successful-session-count", 0)),
            failed=_count(counted.get("total-failure-session-count", 0)),
            failures=_failures(_object(entry).get("failure-details", [])),
        )


def _failures(details: object) -> dict[str, int]:
    counts: Counter[str] = Counter()
    for detail in _list(details)[:DETAILS]:
        said = _object(detail)
        kind = str(said.get("result-type"))
        known = kind if kind in set(Failure) else Failure.OTHER.value
        counts[known] += _count(said.get("failed-session-count", 0))
    return {kind: min(count, MOST_SESSIONS) for kind, count in counts.items() if count}


def _policy(said: object) -> TlsReport.Policy:
    text = str(said)
    return TlsReport.Policy(text) if text in set(TlsReport.Policy) else TlsReport.Policy.NONE


def _span(said: Mapping[str, object]) -> tuple[datetime, datetime]:
    begins_at, ends_at = _moment(said.get("start-datetime")), _moment(said.get("end-datetime"))
    if not begins_at < ends_at <= begins_at + LONGEST_SPAN:
        raise NotAReport
    return begins_at, ends_at


def _moment(said: object) -> datetime:
    try:
        moment = datetime.fromisoformat(str(said))
    except ValueError:
        raise NotAReport from None
    if moment.tzinfo is None or not 2015 < moment.year < 2200:
        raise NotAReport
    return moment


def _count(said: object) -> int:
    """Some write numbers as text."""
    text = str(said)
    if isinstance(said, bool) or not (text.isascii() and text.isdecimal() and len(text) < 20):
        raise NotAReport
    return min(int(text), MOST_SESSIONS)


def _text(said: Mapping[str, object], name: str) -> str:
    value = said.get(name, "")
    if not isinstance(value, str):
        raise NotAReport
    return value.replace("\0", "")[:SHOWN]


def _object(said: object) -> Mapping[str, object]:
    if not isinstance(said, dict):
        raise NotAReport
    return said


def _list(said: object) -> list[object]:
    if not isinstance(said, list):
        raise NotAReport
    return said
