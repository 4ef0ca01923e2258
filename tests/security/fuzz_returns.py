# ruff: noqa: E501 - tables of what is drawn
"""Mails that come back, as strangers could write them: reports, complaints, letters, and odd ones between.

A piece may stand a thousand times in a mail: what takes the square of its length shows.
"""

import re
import time
from base64 import b64encode

from hypothesis import strategies as st

from delivery.inbound import letters, understanding
from delivery.inbound.understanding import Bounce, Complaint, Letter, Quiet
from delivery.replies import CONSEQUENCES
from delivery.tls_reports import reading
from delivery.tls_reports.reading import MOST_SESSIONS
from tests.delivery.tls_reports import letters as tls

# Nobody of these got a message of ours.
OTHERS = (
    "eve@x.example",
    "dana@gmail.example",
    "root@localhost",
    "ada@postbox.example.evil.example",
)
FIELDS = [
    *(f"{name}: rfc822; {other}" for other in OTHERS for name in ("Final-Recipient", "Original-Recipient")),
    *(f"X-Failed-Recipients: {other}" for other in OTHERS),
    "Action: failed", "Action: delayed", "Action: delivered", "Action: Failed (really)", "Action:", "Status: 5.1.1",
    "Status: 4.2.2", "Status: 5.7.1", "Status: 5", "Status: 9.9.9", "Status: 5.1.1.1.1", "Status: \u0665.1.1", "Status: 2.0.0",
    "Diagnostic-Code: smtp; 550 5.1.1 user unknown", "Diagnostic-Code: 550", "Diagnostic-Code: ;;;", "Diagnostic-Code: x;",
    "Diagnostic-Code: x; mailbox is full", "Remote-MTA: dns; mx.google.com", "Remote-MTA:", "Reporting-MTA: dns; mx.x.example",
    "Feedback-Type: abuse", "Feedback-Type: not-spam", "Feedback-Type:", "Feedback-Type: " + "x" * 90, "Version: 1",
    "Subject: failure notice", "Subject: =?utf-7?q?+2AA-?=", "Subject: =?\0?q?x?=", "Subject: =?utf-8?b?////?=",
    "Subject: =?punycode?q?a-a?=", "Subject: Out of office", "Subject: \0\x1b", "From: MAILER-DAEMON@x.example", "From:",
    "Auto-Submitted: auto-replied", "Auto-Submitted: ;", "Precedence: bulk", "List-Id: <x>", "From: =?x?q?y?= <eve@x.example>",
    "Content-Type: multipart/report; report-type=delivery-status; boundary=x", "Content-Type: multipart/mixed; boundary=y",
    "Content-Type: multipart/report; report-type=feedback-report; boundary=x", "Content-Type: message/delivery-status",
    'Content-Type: multipart/mixed; boundary=""', "Content-Type: message/feedback-report", "Content-Type: message/rfc822",
    "Content-Type: text/rfc822-headers", 'Content-Type: text/plain; charset="\0"', "Content-Type: text/html; charset=utf-7",
    "Content-Type: text/html", "Content-Type: text/plain; charset=utf-16", "Content-Type: text/plain; charset=unicode_escape",
    "Content-Type: text/plain; charset=idna", "Content-Type: text/plain; charset=" + "x" * 990, "Content-Type: ;;;===",
    "Content-Type: multipart/mixed; boundary=" + "x" * 990, "Content-Type: application/tlsrpt+gzip",
    'Content-Type: application/json; name="a.json.gz"', "Content-Disposition: attachment", 'Content-Disposition: "',
    "Content-Transfer-Encoding: base64", "Content-Transfer-Encoding: quoted-printable", "Content-Transfer-Encoding: x",
]  # fmt: skip
PIECES = [
    "\r\n\r\n", "\n\n", "\r\r", "--x\r\n", "--y\r\n", "--x--\r\n", "\r\n--x", "--", " ", "\t", "\0", "=", "=0", "+2AA-", "\\ud800",
    "<div>", "</div>", "<a><b>", "<style>", "<script>", "<!--", "<table>", "&#xd800;", "&#0;", "&amp", "<p ", ">", "550 5.1.1 ",
    "user unknown ", "no such user", "mailbox unavailable user account ", "over quota", "will continue trying", "--- Original message\r\n",
    "Final-Recipient: rfc822; eve@x.example\r\n", "eve@x.example ", "undeliverable ", "5.1.1", "4", "\ud7ff", "é", "\u2028",
    "{}", "[", '{"policies":[', '{"date-range":{}}', b64encode(b"\x1f\x8b\x08\0\0\0\0\0").decode(),
]  # fmt: skip
FIELD = st.sampled_from([f"{field}\r\n" for field in FIELDS])
PIECE = st.sampled_from(PIECES) | st.sampled_from(PIECES) | st.text(max_size=5)
HEAD = st.lists(FIELD, max_size=5).map("".join)
# A part with its own fields, a row of pieces, or one piece very often.
INSIDE = st.one_of(
    st.tuples(HEAD, st.lists(PIECE, max_size=6).map("".join)).map(
        lambda it: f"\r\n--x\r\n{it[0]}\r\n{it[1]}"
    ),
    st.lists(PIECE, max_size=12).map("".join),
    st.tuples(st.sampled_from(PIECES) | FIELD, st.integers(1_000, 20_000)).map(
        lambda it: it[0] * it[1]
    ),
)
MAILS = st.tuples(HEAD, st.lists(INSIDE, max_size=4)).map(
    lambda it: (it[0] + "\r\n" + "".join(it[1])).encode("utf-8", "surrogatepass")
)
RETURNS = MAILS | st.binary(max_size=300)
REPORT = tls.report(
    "mail.elm.example", tls.policy("mail.elm.example", tls.detail("certificate-expired", 100))
)
PLACES = st.integers(0, len(REPORT))
JSON_FILE = (("application/json", "a.json"), ("application/gzip", "a.json.gz"))
JSON_PIECES = [
    "", '"', "{", "}", "[", "]", ",", ":", "null", "true", "-1", "1e999", "9" * 30, "9" * 5_000, '"\\ud800"', "NaN", "[" * 5_000,
    '"2026-11-22T00:00:00+23:59"', '"9999-12-31T23:59:59Z"', '"0001-01-01T00:00:00+14:00"', '"policies":', '"policies":[{}],',
    '"policy":[],', '"date-range":{},', '"total-successful-session-count":"٣",', '"result-type":{},', "\0", "\x1b", "é" * 300,
]  # fmt: skip
STATUS = re.compile(r"[245]\.\d{1,3}\.\d{1,3}\Z")
# Of the processor, for whichever mail; a sample of them takes a hundredth.
LONGEST_SECONDS = 3.0


def returned(content):
    """It is one of four things, whole, within bounds, and soon."""
    began = time.process_time()
    for is_report in (True, False):
        told = understanding.understand(content, mail_from="eve@x.example", is_report=is_report)
        match told:
            case Bounce():
                assert told.meaning in CONSEQUENCES
                assert STATUS.match(told.status)
                assert len(told.words) <= understanding.SHOWN
                written = told.words + told.host
            case Complaint():
                written = told.feedback_type
                assert len(written) <= 20
            case Quiet():
                written = told.finding
                assert 0 < len(written) <= 20
            case Letter():
                assert not is_report
                assert len(told.text) <= letters.LONGEST
                assert "\0" not in told.text
                written = told.text + told.subject + told.sender
        # A database takes it.
        assert written == written.encode().decode()
    assert time.process_time() - began < LONGEST_SECONDS


def tls_report(drawn):
    """What is counted is within bounds, whatever stands in a report that was damaged or made up."""
    start, end, planted, is_zipped = drawn
    text = REPORT[:start] + planted + REPORT[max(start, end) :]
    told = tls.letter(tls.zipped(text) if is_zipped else text.encode(), *JSON_FILE[is_zipped])
    for found in reading.reports_in(told):
        assert found.begins_at < found.ends_at
        counts = [found.successful, found.failed, *found.failures.values()]
        assert all(0 <= count <= MOST_SESSIONS for count in counts)
        written = found.reporter + found.report_id + found.domain
        assert written == written.encode().decode()


TARGETS = {
    "returned": (RETURNS, returned),
    "tls_report": (
        st.tuples(PLACES, PLACES, st.sampled_from(JSON_PIECES), st.booleans()),
        tls_report,
    ),
}
