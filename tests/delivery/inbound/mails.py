"""Mails that come back, in the shapes that mail servers give them. All written for this suite."""

from textwrap import dedent


def mail(*blocks: str) -> bytes:
    return "\r\n".join(dedent(block).strip("\n").replace("\n", "\r\n") for block in blocks).encode()


def report(*recipient: str, kind: str = "report-type=delivery-status", text: str = "") -> bytes:
    """RFC 3464 as it stands in the book; `recipient` are the fields of the one recipient."""
    return mail(
        f"""
        From: MAILER-DAEMON@mx.x.example
        Subject: Undelivered Mail Returned to Sender
        Auto-Submitted: auto-replied
        MIME-Version: 1.0
        Content-Type: multipart/report; {kind};
         boundary="=_part"

        --=_part
        Content-Type: text/plain; charset=us-ascii

        {text or "I am sorry. Your message was not delivered."}

        --=_part
        Content-Type: message/delivery-status

        Reporting-MTA: dns; mx.x.example
        Arrival-Date: Mon, 23 Nov 2026 09:00:00 -0500
        """,
        "",
        "\n".join(recipient),
        """

        --=_part
        Content-Type: text/rfc822-headers

        From: Elm Street Clinic <care@mail.elm.example>
        Subject: Your visit
        --=_part--
        """,
    )


def plain(text: str, *, subject: str = "failure notice", sender: str = "MAILER-DAEMON@x.example"):
    return mail(f"From: {sender}\nSubject: {subject}\nContent-Type: text/plain", "", text)


def complaint(return_path: str, kind: str = "abuse") -> bytes:
    """RFC 5965, with the recipient hidden as operators do."""
    return mail(
        f"""
        From: fbl@operator.example
        Subject: FW: Your visit
        MIME-Version: 1.0
        Content-Type: multipart/report; report-type=feedback-report; boundary=b1

        --b1
        Content-Type: text/plain

        This is an email abuse report.
        --b1
        Content-Type: message/feedback-report

        Feedback-Type: {kind}
        User-Agent: Operator-FBL/1.0
        Version: 1
        Original-Rcpt-To: redacted@operator.example
        --b1
        Content-Type: message/rfc822

        Return-Path: <{return_path}>
        From: Elm Street Clinic <care@mail.elm.example>
        To: redacted@operator.example
        Subject: Your visit

        Hello
        --b1--
        """
    )
