"""Reads that feed the compliance pages."""

from datetime import timedelta
from typing import NamedTuple
from uuid import UUID

from django.db.models import Count, Q

from accounts.models import Membership
from audit.models import AuditEvent
from compliance import platform, queries
from compliance.domain_checks import RecordStatus
from compliance.domain_records import Record, RecordKind, records_for
from compliance.models import Alert, DkimKey, Policy, SenderDomain, Suppression
from compliance.models.dkim_key import RECORD_STAYS
from compliance.posture import PostureFacts
from compliance.services import dkim_keys
from tenancy import clock

PAGE_SIZE = 50
REFUSALS_WINDOW = timedelta(days=7)

_TONES = {
    RecordStatus.FOUND: "good",
    RecordStatus.UNKNOWN: "wait",
    RecordStatus.MISSING: "bad",
    RecordStatus.WRONG_PLACE: "bad",
    RecordStatus.WRONG_VALUE: "bad",
    RecordStatus.DUPLICATE: "bad",
}


class DomainRow(NamedTuple):
    domain: SenderDomain
    senders: int
    to_fix: int
    may_send: bool


class RecordRow(NamedTuple):
    """A record to publish, beside what the last check found."""

    record: Record
    tone: str
    state: str
    advice: str
    is_found: bool

    @property
    def is_to_fix(self) -> bool:
        """What stands between the domain and its mail."""
        return self.record.is_required and not self.is_found

    @property
    def label(self) -> str:
        return RecordKind(self.record.kind).label


def posture_facts() -> PostureFacts:
    """What the compliance page needs to know about this workspace."""
    roles = set(Membership.objects.filter(status="active").values_list("role", flat=True))
    return PostureFacts(
        has_agreement=queries.agreement_in_force() is not None,
        agreement_waits=queries.waiting_agreement() is not None,
        domains=SenderDomain.objects.count(),
        domains_that_may_send=len(queries.domains_that_may_send()),
        policy_is_decided=Policy.objects.exists(),
        has_compliance_officer="compliance_officer" in roles,
    )


def recent_refusals() -> int:
    """How often somebody was refused in the last week."""
    return AuditEvent.objects.filter(
        outcome=AuditEvent.Outcome.DENIED, recorded_at__gte=clock.now() - REFUSALS_WINDOW
    ).count()


def open_alerts() -> int:
    return Alert.objects.filter(answered_at=None).count()


def domain_rows() -> list[DomainRow]:
    now = clock.now()
    domains = SenderDomain.objects.annotate(sender_count=Count("senders")).order_by("domain")
    return [
        DomainRow(
            domain,
            domain.sender_count,
            sum(row.is_to_fix for row in record_rows(domain)),
            domain.may_send(now),
        )
        for domain in domains
    ]


def record_rows(domain: SenderDomain) -> list[RecordRow]:
    """Records to fix first, then those that make mail safer, then those in place."""
    records = records_for(dkim_keys.names_of(domain), platform.names())
    rows = [_record_row(domain, record) for record in records]
    return sorted(rows, key=lambda row: (row.is_found, not row.record.is_required))


def _record_row(domain: SenderDomain, record: Record) -> RecordRow:
    finding = domain.findings.get(record.mark)
    if finding is None:
        return RecordRow(record, "draft", "Not checked yet", "", is_found=False)
    status = RecordStatus(finding["status"])
    is_found = status is RecordStatus.FOUND
    tone = _TONES[status] if record.is_required or is_found else "wait"
    return RecordRow(record, tone, status.label, finding["advice"], is_found)


def former_keys(domain: SenderDomain) -> list[DkimKey]:
    """Keys that sign no more, while mail that they signed may still be on its way, or lately was."""
    since = clock.now() - 4 * RECORD_STAYS
    return list(DkimKey.objects.filter(domain=domain, retired_at__gt=since).order_by("-retired_at"))


def suppression_page(sought: str, before: UUID | None) -> tuple[list[Suppression], UUID | None]:
    """Newest first, or the one row for the `sought` address; and the cursor of the next page."""
    rows = Suppression.objects.order_by("-suppressed_at", "-id")
    if sought:
        return list(rows.filter(address_index=queries.address_index(sought))), None
    cursor = Suppression.objects.filter(pk=before).first() if before else None
    if cursor:
        at = cursor.suppressed_at
        rows = rows.filter(Q(suppressed_at__lt=at) | Q(suppressed_at=at, id__lt=cursor.id))
    page = list(rows[: PAGE_SIZE + 1])
    return page[:PAGE_SIZE], page[PAGE_SIZE - 1].id if len(page) > PAGE_SIZE else None
