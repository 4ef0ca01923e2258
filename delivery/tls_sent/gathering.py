"""Once a day: what all workspaces saw of each domain, added up before anybody can be told apart."""

import random
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

from django.db import connection, transaction

from audit import services as audit
from audit.services import SYSTEM
from delivery.models import HostObservation, SentTlsReport, TlsReporting
from delivery.services import policies
from delivery.tls_sent import report
from delivery.wire.policies import KeptPolicy
from tenancy import clock
from tenancy.keyring import current_keys, usable
from tenancy.scope import platform_scope, tenant_scope

# Fewer could be about one person. The table has the same bound.
FEWEST_SESSIONS = 11
# RFC 8460 4.1: not everybody at midnight.
SPREAD = timedelta(hours=4)


@dataclass
class Seen:
    """What all workspaces saw of one domain, and the newest policy that one of them kept to."""

    counts: Counter[str] = field(default_factory=Counter)
    policy: KeptPolicy | None = None

    def learn(self, policy: KeptPolicy) -> None:
        if self.policy is None or self.policy.fetched_at < policy.fetched_at:
            self.policy = policy


def gather_due() -> int:
    """Prepare yesterday's reports, if that has not been done. Returns how many there are."""
    day = clock.now().date() - timedelta(days=1)
    with platform_scope():
        reporting, _ = TlsReporting.objects.get_or_create()
    if reporting.off_since or (reporting.gathered_day and reporting.gathered_day >= day):
        return 0
    return _prepare(day, _seen_on(day))


def _seen_on(day: date) -> Mapping[str, Seen]:
    """By domain. Which workspace saw it is not kept."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tenant FROM kernel.observers_of_tls(%s)", [day])
        tenants = [row[0] for row in cursor.fetchall()]
    seen: dict[str, Seen] = defaultdict(Seen)
    for tenant_id in usable(tenants):
        with tenant_scope(tenant_id):
            bound = set()
            for row in HostObservation.objects.filter(day=day):
                seen[row.domain].counts[row.shown] += row.count
                if report.rests_on_sts(row.shown):
                    bound.add(row.domain)
            for domain, policy in policies.known(bound).items():
                seen[domain].learn(policy)
    return seen


def _prepare(day: date, seen: Mapping[str, Seen]) -> int:
    """All rows of a day or none: who dies before the end leaves the day to the next tick."""
    with platform_scope(), transaction.atomic():
        reporting = TlsReporting.objects.select_for_update().get()
        if reporting.gathered_day and reporting.gathered_day >= day:
            return 0
        rows = [_row(day, domain, each) for domain, each in sorted(seen.items())]
        due = [row for row in rows if row.sessions >= FEWEST_SESSIONS]
        SentTlsReport.objects.bulk_create(due, ignore_conflicts=True, batch_size=1_000)
        reporting.gathered_day = day
        reporting.save(update_fields=["gathered_day"])
        audit.record("tls_reports.prepared", actor=SYSTEM, day=day.isoformat(), reports=len(due))
    return len(due)


def _row(day: date, domain: str, seen: Seen) -> SentTlsReport:
    told = report.reported(seen.counts)
    midnight = datetime.combine(day + timedelta(days=1), time(), UTC)
    return SentTlsReport(
        day=day,
        domain_index=current_keys().blind_index("delivery.domain", domain),
        domain=domain,
        counts=told,
        sts_policy=report.lines_of(seen.policy.policy) if seen.policy else None,
        sessions=report.sessions(told),
        due_at=midnight + SPREAD * random.random(),  # noqa: S311
    )
