"""The mail around a report (RFC 8460 5.3), signed as the service's own mail is."""

from base64 import encodebytes
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Self

from campaigns.compilation import Rendered
from delivery.drafts.draft import Draft, Letterhead
from delivery.fates import Claimed
from delivery.models import Message, SentTlsReport
from delivery.routes import TLS_REPORT
from delivery.tls_sent.report import Report
from delivery.wire import headers, mime

WORDS = (
    b"This is a report about encrypted connections to your mail servers (RFC 8460).\r\n"
    b"It counts sessions of one day and names no message and no mailbox.\r\n"
)


@dataclass(frozen=True, kw_only=True)
class ReportDraft(Draft):
    report: Report

    @classmethod
    def of(cls, report: Report, row: SentTlsReport, address: str, letterhead: Letterhead) -> Self:
        subject = f"Report Domain: {report.domain} Submitter: {report.organization}"
        text = Rendered(f"{subject} Report-ID: <{report.id}>", b"", b"")
        return cls(
            message=_claimed(row, report),
            address=address,
            route=TLS_REPORT,
            letterhead=letterhead,
            language="",
            write=lambda: text,
            extra_fields=(
                ("TLS-Report-Domain", report.domain),
                ("TLS-Report-Submitter", report.organization),
                ("Auto-Submitted", "auto-generated"),
            ),
            report=report,
        )

    def content(self, text: Rendered) -> tuple[list[bytes], bytes]:
        mark = mime.boundary(self.message.id)
        kind = f'multipart/report; report-type="tlsrpt"; boundary="{mark}"'
        return [headers.field("Content-Type", kind)], _parts(self.report, mark.encode())


def _parts(report: Report, mark: bytes) -> bytes:
    name = report.file_name.encode()
    return b"".join(
        (
            b"--" + mark + b"\r\nContent-Type: text/plain; charset=us-ascii\r\n\r\n",
            WORDS,
            b"\r\n--" + mark + b"\r\nContent-Type: application/tlsrpt+gzip\r\n",
            b"Content-Transfer-Encoding: base64\r\n",
            b'Content-Disposition: attachment;\r\n filename="' + name + b'"\r\n\r\n',
            encodebytes(report.zipped()).replace(b"\n", b"\r\n"),
            b"--" + mark + b"--\r\n",
        )
    )


def _claimed(row: SentTlsReport, report: Report) -> Claimed:
    """Of the first moment in which it could be sent: a second copy has the same bytes."""
    midnight = datetime.combine(row.day + timedelta(days=1), time(), UTC)
    return Claimed(
        id=row.id,
        cause="system",
        cause_id=row.id,
        contact_id=row.id,
        mail_class=Message.MailClass.NOTICE,
        message_id=headers.message_id(row.id, report.organization),
        attempts=row.attempts + 1,
        first_tried_at=midnight,
        unsafe_since=None,
        uncertain_at=None,
    )
