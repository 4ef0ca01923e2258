"""Reports about TLS as mail operators send them. All written for this suite."""

import gzip
import json
from base64 import encodebytes
from datetime import datetime, timedelta

from tenancy import clock


def report(
    domain, *policies, reporter="Big Mail", report_id="r-1", ends_at: datetime | None = None
):
    """The JSON text (RFC 8460 4.4); `policies` are those of `policy`."""
    ends_at = ends_at or clock.now().replace(microsecond=0)
    return json.dumps(
        {
            "organization-name": reporter,
            "date-range": {
                "start-datetime": (ends_at - timedelta(days=1)).isoformat(),
                "end-datetime": ends_at.isoformat().replace("+00:00", "Z"),
            },
            "contact-info": "postmaster@bigmail.example",
            "report-id": report_id,
            "policies": list(policies or [policy(domain)]),
        }
    )


def policy(domain, *details, kind="sts", successful=5326, failed=303):
    return {
        "policy": {
            "policy-type": kind,
            "policy-string": ["version: STSv1", "mode: testing", f"mx: *.{domain}"],
            "policy-domain": domain,
            "mx-host": f"*.{domain}",
        },
        "summary": {
            "total-successful-session-count": successful,
            "total-failure-session-count": failed,
        },
        "failure-details": list(details),
    }


def detail(kind, sessions):
    return {
        "result-type": kind,
        "sending-mta-ip": "2001:db8:abcd:12::1",
        "receiving-mx-hostname": "mx1.mail.elm.example",
        "failed-session-count": sessions,
    }


def zipped(text: str) -> bytes:
    return gzip.compress(text.encode())


def letter(content: bytes, media_type="application/tlsrpt+gzip", name="report.json.gz") -> bytes:
    """RFC 8460 5.3."""
    body = encodebytes(content).replace(b"\n", b"\r\n")
    head = (
        "From: tls-reports@bigmail.example\r\n"
        "Subject: Report Domain: mail.elm.example Submitter: bigmail.example\r\n"
        "TLS-Report-Domain: mail.elm.example\r\n"
        "MIME-Version: 1.0\r\n"
        'Content-Type: multipart/report; report-type="tlsrpt"; boundary="b1"\r\n\r\n'
        "--b1\r\nContent-Type: text/plain\r\n\r\nThis is an aggregate report.\r\n"
        f'--b1\r\nContent-Type: {media_type}; name="{name}"\r\n'
        "Content-Transfer-Encoding: base64\r\n\r\n"
    )
    return head.encode() + body + b"--b1--\r\n"
