"""Telling domains what we saw: once for each day, by mail or by HTTPS, as they ask for it."""

from datetime import timedelta
from urllib.parse import unquote
from uuid import UUID

from django.conf import settings

from compliance import platform
from delivery.drafts import letterheads
from delivery.models import SentTlsReport, TlsReporting
from delivery.tls_sent import destinations
from delivery.tls_sent.letter import ReportDraft
from delivery.tls_sent.report import Report
from delivery.tls_sent.way import ReportWay
from delivery.wire.addresses import AddressUnusable
from delivery.wire.dns import Dns, DnsUnavailable, NoSuchDomain
from delivery.wire.door import Result
from tenancy import clock, fetch
from tenancy.web_address import WebAddressRefused

Status = SentTlsReport.Status
CHUNK = 20
AGAIN_AFTER = timedelta(hours=2)
# RFC 8460 leaves it to the sender; a day later the next report says more.
MOST_ATTEMPTS = 5
ZIPPED = {"Content-Type": "application/tlsrpt+gzip"}


def send_due(way: ReportWay, dns: Dns, door: fetch.Door) -> int:
    """Try what is due once, in the platform's scope. Returns how many that were.

    Claimed by an update that only one worker can make; a report that is sent twice all the same has
    the same id, by which its readers know it.
    """
    if TlsReporting.objects.filter(off_since__isnull=False).exists():
        return 0
    due = SentTlsReport.objects.filter(status=Status.QUEUED, due_at__lte=clock.now())
    tried = 0
    for key in due.order_by("due_at").values_list("pk", flat=True)[:CHUNK]:
        if _claim(key):
            tried += 1
            row = SentTlsReport.objects.get(pk=key)
            _settle(row, _told(row, way, dns, door))
    return tried


def _claim(key: UUID) -> bool:
    now = clock.now()
    mine = SentTlsReport.objects.filter(pk=key, status=Status.QUEUED, due_at__lte=now)
    return mine.update(due_at=now + AGAIN_AFTER) == 1


def _settle(row: SentTlsReport, status: Status | None) -> None:
    row.attempts += 1
    if status is None and row.attempts >= MOST_ATTEMPTS:
        status = Status.FAILED
    if status is not None:
        row.status, row.settled_at = status, clock.now()
    row.save(update_fields=["attempts", "status", "settled_at"])


def _told(row: SentTlsReport, way: ReportWay, dns: Dns, door: fetch.Door) -> Status | None:
    """What became of it; None if it is worth another try."""
    try:
        texts = dns.txt(f"_smtp._tls.{row.domain}")
    except NoSuchDomain:
        return Status.UNWANTED
    except DnsUnavailable:
        return None
    wanted = destinations.asked_for(texts)
    if not wanted:
        return Status.UNWANTED
    report = _report(row)
    for uri in wanted:
        if uri.startswith("https:"):
            taken = _posted(report, uri, door)
        else:
            taken = _mailed(report, row, unquote(uri.removeprefix("mailto:")), way)
        if taken:
            return Status.SENT
    return None


def _report(row: SentTlsReport) -> Report:
    contact = str(settings.DELIVERY_SYSTEM_SENDER)
    return Report(
        platform.mail_domain(),
        contact,
        row.domain,
        row.day,
        row.counts,
        tuple(row.sts_policy or ()),
    )


def _posted(report: Report, uri: str, door: fetch.Door) -> bool:
    try:
        return door.post(uri, report.zipped(), ZIPPED).status in {200, 201}
    except (fetch.FetchFailed, WebAddressRefused):
        return False


def _mailed(report: Report, row: SentTlsReport, address: str, way: ReportWay) -> bool:
    draft = ReportDraft.of(report, row, address, letterheads.of_the_service())
    try:
        outcome = way.send(draft)
    except AddressUnusable:
        return False
    return outcome.result in {Result.ACCEPTED, Result.UNCERTAIN}
