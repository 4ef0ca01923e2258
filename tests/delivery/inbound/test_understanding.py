"""What each shape of a mail that comes back is taken for."""

import time
from base64 import b64encode
from dataclasses import astuple

import pytest

from delivery.inbound.parts import parts_of
from delivery.inbound.understanding import Bounce, Complaint, Letter, Quiet, understand
from delivery.replies import Meaning
from tests.delivery.inbound.mails import complaint, mail, plain, report

FAILED = "Final-Recipient: rfc822; ada@x.example", "Action: failed"


def told(content: bytes, mail_from: str = "", *, is_report: bool = True):
    found = understand(content, mail_from=mail_from, is_report=is_report)
    return (found.meaning.value, found.status) if isinstance(found, Bounce) else found


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        (("Status: 5.1.1", "Diagnostic-Code: smtp; 550 5.1.1 no such user"), ("no_such_address", "5.1.1")),
        (("Status: 5.0.0", "Diagnostic-Code: smtp; 550 User unknown"), ("no_such_address", "5.0.0")),
        (("Status: 5.5.0", "Diagnostic-Code: smtp; 550 5.1.1 nobody"), ("no_such_address", "5.1.1")),
        (("Diagnostic-Code: smtp; 550-5.1.1 unknown",), ("no_such_address", "5.1.1")),
        (("Diagnostic-Code: smtp; user unknown",), ("no_such_address", "5.1.1")),
        (("Status: 5.2.1 (mailbox disabled)",), ("no_such_address", "5.2.1")),
        (("Status: 5.2.2", "Diagnostic-Code: smtp; 552 5.2.2 over quota"), ("mailbox_full", "5.2.2")),
        (("Status: 4.2.2",), ("mailbox_full", "4.2.2")),
        (("Status: 4.7.1", "Diagnostic-Code: smtp; 451 4.7.1 try later"), ("greylisted", "4.7.1")),
        (("Status: 4.4.7", "Diagnostic-Code: smtp; delivery time expired"), ("try_later", "4.4.7")),
        (("Status: 5.7.1", "Diagnostic-Code: smtp; 554 5.7.1 blocked"), ("sender_refused", "5.7.1")),
        (("Status: 5.7.515",), ("sender_refused", "5.7.515")),
        (("Status: 5.3.4",), ("content_refused", "5.3.4")),
        (("Status: 5.6.1",), ("content_refused", "5.6.1")),
        # A relay says so of its own trouble: only the name system itself is believed.
        (("Status: 5.1.2",), ("refused", "5.1.2")),
        (("Status: 5.4.6",), ("refused", "5.4.6")),
        ((), ("refused", "5.0.0")),
        (("Status: nonsense",), ("refused", "5.0.0")),
    ],
)  # fmt: skip
def test_the_report_for_machines_decides(fields, expected):
    assert told(report(*FAILED, *fields)) == expected


@pytest.mark.parametrize(
    "action", ["delayed", "delivered", "relayed", "expanded", "Delayed (later)"]
)
def test_what_is_no_failure_changes_nothing(action):
    content = report("Final-Recipient: rfc822; a@x.example", f"Action: {action}", "Status: 4.4.1")
    assert told(content) == Quiet(action.lower().split(" ")[0])


def test_of_several_recipients_the_failed_one_counts():
    content = report("Action: delivered", "Status: 2.0.0", "", *FAILED, "Status: 5.1.1")
    assert told(content) == ("no_such_address", "5.1.1")


ODD = report(*FAILED, "Status: 5.1.1")


@pytest.mark.parametrize(
    "content",
    [
        ODD.replace(b"\r\n", b"\r"),
        ODD.replace(b"\r\n", b"\n"),
        ODD.replace(b"report-type=delivery-status", b"report-type=mail-status"),
        ODD.replace(b"multipart/report; report-type=delivery-status;", b"multipart/mixed;"),
        ODD.replace(b"message/delivery-status", b"text/plain"),
        ODD.replace(b"message/delivery-status", b"message/global-delivery-status"),
        ODD.replace(b"Status: 5.1.1", b"STATUS:5.1.1"),
        ODD.replace(b"--=_part--", b""),
        ODD.replace(b"Reporting-MTA", b"X-Broken\r\nReporting-MTA"),
    ],
)
def test_odd_line_ends_types_and_missing_ends_do_not_hide_it(content):
    assert told(content) == ("no_such_address", "5.1.1")


@pytest.mark.parametrize(
    ("text", "sender", "expected"),
    [
        ("Sorry, no mailbox here by that name. (#5.1.1)", "", ("no_such_address", "5.1.1")),
        ("<ada@x.example>: user does not exist", "", ("no_such_address", "5.1.1")),
        ("ada@x.example: Unrouteable address", "", ("no_such_address", "5.1.1")),
        ("The mailbox is full, try again", "", ("mailbox_full", "4.2.2")),
        ("550 5.7.1 Message rejected as spam", "", ("sender_refused", "5.7.1")),
        ("Remote host said: 554 go away", "", ("refused", "5.0.0")),
        ("retry time expired after 4 days", "", ("try_later", "4.4.7")),
        ("The recipient's inbox is out of storage space.", "mailer-daemon@google.com", ("mailbox_full", "4.2.2")),
    ],
)  # fmt: skip
def test_sentences_are_read_where_no_report_is(text, sender, expected):
    assert told(plain(text, sender=sender or "MAILER-DAEMON@x.example")) == expected


@pytest.mark.parametrize(
    ("content", "finding"),
    [
        (plain("Hello, see you at 10:20.", subject="Hello", sender="eve@x.example"), "automatic"),
        (plain("Your message has been delayed. 451 4.4.1 no route"), "delayed"),
        (plain("It did not work.\r\n\r\n--- Original message\r\nuser unknown"), "automatic"),
    ],
)
def test_what_says_nothing_clear_suppresses_nobody(content, finding):
    assert told(content) == Quiet(finding)


def test_a_complaint_is_one_whatever_it_is_called():
    assert told(complaint("x"), "fbl@x.example") == Complaint("abuse")
    assert told(complaint("x", "opt-out"), "fbl@x.example") == Complaint("opt-out")
    assert told(complaint("x", "not-spam")) == Quiet("not_spam")
    assert told(complaint("x", "auth-failure")) == Quiet("auth_failure")


def letter(fields: str, body: str = "Thank you!", mail_from: str = "ada@x.example") -> Letter:
    content = mail(f"From: Ada <ada@x.example>\nSubject: Re: Your visit\n{fields}", "", body)
    return told(content, mail_from, is_report=False)


def test_a_letter_is_read_as_plain_text():
    found = letter(
        "Content-Type: text/html; charset=utf-8",
        "<style>p{}</style><p>See you <b>then</b>,</p><script>x()</script><div>Ada &amp; Ben</div>",
    )
    assert astuple(found) == (
        "Ada <ada@x.example>",
        "Re: Your visit",
        "See you then,\nAda & Ben",
        0,
        False,
    )
    assert repr(found) == "Letter(attachments=0, is_automatic=False)"


def test_words_in_other_alphabets_and_files_beside_the_text():
    content = mail(
        """
        From: =?utf-8?q?Ada_Mu=C3=B1oz?= <ada@x.example>
        Subject: =?utf-8?b?R3JhY2lhcyDwn5iA?=
        Content-Type: multipart/mixed; boundary=m

        --m
        Content-Type: text/plain; charset=iso-8859-1
        Content-Transfer-Encoding: quoted-printable

        Ma=F1ana
        --m
        Content-Type: application/pdf
        Content-Disposition: attachment; filename="results.pdf"
        Content-Transfer-Encoding: base64

        JVBERi0=
        --m--
        """
    )
    found = told(content, "ada@x.example", is_report=False)
    assert (found.sender, found.subject) == ("Ada Muñoz <ada@x.example>", "Gracias 😀")
    assert (found.text, found.attachments) == ("Mañana", 1)


@pytest.mark.parametrize(
    "fields",
    [
        "Auto-Submitted: auto-replied",
        "Auto-Submitted: auto-generated; by=vacation",
        "Precedence: bulk",
        "Precedence: auto_reply",
        "X-Autoreply: yes",
        "List-Id: <news.x.example>",
    ],
)
def test_what_a_program_wrote_is_no_answer(fields):
    assert letter(fields).is_automatic
    assert not letter("Auto-Submitted: no").is_automatic


def test_an_empty_sender_and_a_subject_tell_it_too():
    assert letter("X-Y: z", mail_from="").is_automatic
    away = plain("I am back on Monday.", subject="Out of office: Your visit")
    assert told(away, "ada@x.example", is_report=False).is_automatic
    assert not letter("X-Y: z", "I was out of the office, sorry").is_automatic


BOUNDARY = b"Content-Type: multipart/mixed; boundary=x\r\n\r\n"
HOSTILE = {
    "nested": b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n) for n in range(9_000)
    ),
    "many parts": BOUNDARY + b"--x\r\n\r\n\r\n" * 200_000,
    "one line": b"Subject: " + b"x" * 2_000_000,
    "many fields": b"".join(b"X-%d: y\r\n" % n for n in range(200_000)),
    "quotes": b"Content-Type: text/plain" + b'; a="' * 200_000,
    "encoded words": b"Subject: " + b"=?utf-8?q?=?= " * 100_000,
    "blocks": BOUNDARY + b"--x\r\nContent-Type: message/delivery-status\r\n\r\n" + b"Action: x\r\n\r\n" * 90_000,
    "words": b"Subject: failure notice\r\n\r\n" + b"mailbox unavailable user address account " * 50_000,
    "tags": b"Content-Type: text/html\r\n\r\n" + b"<div " * 400_000,
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_no_mail_takes_long_to_read(name):
    began = time.process_time()
    for is_report in (True, False):
        told(HOSTILE[name], "eve@x.example", is_report=is_report)
    assert time.process_time() - began < 2.0


@pytest.mark.parametrize("text", ["", "a", "ab", "abc", "abcd"])
def test_base64_is_read_to_its_last_byte(text):
    body = b64encode(text.encode()).decode()
    (_, part) = parts_of(mail(f"Content-Transfer-Encoding: base64\nSubject: x\n\n{body}"))
    assert part.content == text.encode()


def test_an_operators_own_code_is_read_as_in_a_live_session():
    said = "Diagnostic-Code: smtp; 550 5.4.1 Recipient address rejected: Access denied."
    fields = "Action: failed", "Status: 5.4.1", said
    outlook = "Remote-MTA: dns; clinic-example.mail.protection.outlook.com"
    elsewhere = "Remote-MTA: dns; mx.x.example"
    told = [
        understand(report(*fields, host), mail_from="", is_report=True)
        for host in (outlook, elsewhere)
    ]
    assert [bounce.meaning for bounce in told] == [Meaning.NO_SUCH_ADDRESS, Meaning.REFUSED]
