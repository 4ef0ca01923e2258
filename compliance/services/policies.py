"""What the tenant decides about its mail and about how long things stay."""

from collections.abc import Mapping

from accounts.services import protection
from audit.services import Actor
from compliance import queries
from compliance.errors import AuditNeverShorter
from compliance.protective import POLICY, RETENTION
from compliance.retained import TERMS, Retained


def set_policy(changes: Mapping[str, object], *, actor: Actor, reason: str = "") -> bool:
    """Store `changes` (field to value) as `protection.change` does."""
    return protection.change(POLICY, changes, reason=reason, actor=actor)


def set_retention(days: Mapping[Retained, int], *, actor: Actor, reason: str = "") -> bool:
    """Store how long classes stay, as `protection.change` does.

    Raises AuditNeverShorter: events were recorded under the promise of a period.
    """
    holds = queries.retention().periods
    for retained, wanted in days.items():
        if TERMS[retained].never_shorter and wanted < holds.days[retained]:
            raise AuditNeverShorter
    wanted_fields = {retained.field: value for retained, value in days.items()}
    return protection.change(RETENTION, wanted_fields, reason=reason, actor=actor)
