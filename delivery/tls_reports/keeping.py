"""Keeping what was reported of the workspace's own domains, each report once."""

import hashlib
from collections.abc import Iterable
from datetime import timedelta

from compliance.domain_records import BOUNCES
from compliance.models import SenderDomain
from delivery.models import TlsReport
from delivery.tls_reports.reading import Reported
from tenancy import clock
from tenancy.keyring import current_keys

# Reports come from whoever wants to write them: more in a day than all mail operators send is noise.
MOST_A_DAY = 1_000
AHEAD = timedelta(days=1)
BEHIND = timedelta(days=30)
KEPT, OF_OTHERS, TOO_MANY = "tls_report", "tls_report_of_others", "tls_report_too_many"


def keep(reports: Iterable[Reported]) -> str:
    """Store those about our domains. Returns the finding, in a word."""
    domains = set(SenderDomain.objects.values_list("domain", flat=True))
    ours = [one for one in reports if _sender_domain(one) in domains and _is_of_late(one)]
    if not ours:
        return OF_OTHERS
    since = clock.now() - timedelta(days=1)
    if TlsReport.objects.filter(received_at__gte=since).count() + len(ours) > MOST_A_DAY:
        return TOO_MANY
    rows = [_row(one) for one in ours]
    TlsReport.objects.bulk_create(rows, ignore_conflicts=True)
    return KEPT


def _sender_domain(reported: Reported) -> str:
    return reported.domain.removeprefix(BOUNCES)


def _is_of_late(reported: Reported) -> bool:
    now = clock.now()
    return now - BEHIND <= reported.ends_at <= now + AHEAD


def _row(reported: Reported) -> TlsReport:
    return TlsReport(
        domain=_sender_domain(reported),
        policy=reported.policy,
        digest=current_keys().blind_index("tls.report", _told_apart(reported)),
        reporter=reported.reporter,
        begins_at=reported.begins_at,
        ends_at=reported.ends_at,
        successful=reported.successful,
        failed=reported.failed,
        failures=dict(reported.failures),
    )


def _told_apart(reported: Reported) -> str:
    said = "\0".join(
        (
            reported.reporter,
            reported.report_id,
            reported.domain,
            reported.policy,
            reported.begins_at.isoformat(),
        )
    )
    return hashlib.sha256(said.encode()).hexdigest()
