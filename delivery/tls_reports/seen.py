"""The figures of a domain's last month, as other mail servers reported them."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

from delivery.models import TlsReport
from delivery.models.tls_report import Failure
from tenancy import clock

SPAN = timedelta(days=30)
# Of the newest only: each name is unsealed by itself.
NAMED = 200


@dataclass(frozen=True)
class Reporter:
    name: str
    successful: int
    failed: int
    last_at: datetime


@dataclass(frozen=True)
class Seen:
    successful: int
    failed: int
    failures: list[tuple[str, int]]
    policies: list[tuple[str, int, int]]
    reporters: list[Reporter]

    @property
    def is_empty(self) -> bool:
        return not self.reporters


def of_domain(domain: str) -> Seen:
    """What was reported of sessions in the last 30 days, the most frequent failure first."""
    rows = list(
        TlsReport.objects.filter(domain=domain, ends_at__gte=clock.now() - SPAN)
        .defer("reporter")
        .order_by("-ends_at", "-id")
    )
    failures: Counter[str] = Counter()
    for row in rows:
        failures.update(row.failures)
    return Seen(
        successful=sum(row.successful for row in rows),
        failed=sum(row.failed for row in rows),
        failures=[(str(Failure(kind).label), count) for kind, count in failures.most_common()],
        policies=_policies(rows),
        reporters=_reporters(domain),
    )


def _policies(rows: list[TlsReport]) -> list[tuple[str, int, int]]:
    found = []
    for policy in TlsReport.Policy:
        of_it = [row for row in rows if row.policy == policy]
        if of_it:
            ok, failed = sum(row.successful for row in of_it), sum(row.failed for row in of_it)
            found.append((str(policy.label), ok, failed))
    return found


def _reporters(domain: str) -> list[Reporter]:
    newest = TlsReport.objects.filter(domain=domain, ends_at__gte=clock.now() - SPAN)
    by_name: dict[str, list[TlsReport]] = {}
    for row in newest.order_by("-ends_at", "-id")[:NAMED]:
        by_name.setdefault(str(row.reporter) or "Nameless", []).append(row)
    return [
        Reporter(
            name,
            sum(row.successful for row in rows),
            sum(row.failed for row in rows),
            max(row.ends_at for row in rows),
        )
        for name, rows in sorted(by_name.items())
    ]
