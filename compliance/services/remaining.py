"""The log that a destroyed workspace leaves behind: its keys are gone, so there are columns and leaves, no details.

Nothing is written there any more: the last event was signed with the destruction. Who reads the rest is an
event of the platform's own log.
"""

from collections.abc import Iterator
from typing import NamedTuple
from uuid import UUID

from accounts.middleware import in_scope
from audit import evidence, queries
from audit import services as audit
from audit.models import AuditEvent, Checkpoint
from audit.services import Actor
from compliance import audit_words, trail
from compliance.refusal_words import refusal
from tenancy import source
from tenancy.models import Tenant
from tenancy.scope import platform_scope, tenant_scope


class Line(NamedTuple):
    """An event as far as anybody can read it still."""

    event: AuditEvent
    sentence: str
    actor_kind: str


class Log(NamedTuple):
    """A page of it, newest first, and how the tree stood at the end."""

    lines: list[Line]
    newer: UUID | None
    older: UUID | None
    checkpoint: Checkpoint | None


def page(tenant: Tenant, *, before: UUID | None, after: UUID | None, actor: Actor) -> Log:
    """What is left, a page at a time; the first look of a reading is recorded. For the platform's scope."""
    if before is None and after is None:
        audit.record("workspace.log_read", actor=actor, on=tenant)
    with tenant_scope(tenant.pk):
        events = AuditEvent.objects.all()
        newest = events.filter(pk=after).first() if after else None
        oldest = events.filter(pk=before).first() if before else None
        found = trail.newer_than(events, newest) if newest else trail.older_than(events, oldest)
        lines = [_line(event) for event in found.events]
        return Log(lines, found.newer, found.older, queries.newest_checkpoint())


def export(tenant: Tenant, *, actor: Actor) -> Iterator[bytes]:
    """Everything that is left as one file that proves itself. For the platform's scope."""
    with tenant_scope(tenant.pk):
        made = evidence.of_ended()
    with platform_scope():
        audit.record("workspace.log_exported", actor=actor, on=tenant, events=made.end)
    return in_scope(made.stream(), tenant.pk, source.current())


def _line(event: AuditEvent) -> Line:
    is_denied = event.outcome == AuditEvent.Outcome.DENIED
    words = (
        refusal(event.action) if is_denied else audit_words.sentence_without_counts(event.action)
    )
    return Line(event, words, audit_words.ACTOR_KINDS[event.actor_kind])
