"""A window for the platform's support: opened by the workspace, for a ticket, for four hours at most."""

from datetime import timedelta
from uuid import UUID

from django.db import connection, transaction
from django.urls import ResolverMatch

from accounts.models import SupportGrant
from accounts.models.exceptional import LONGEST_SUPPORT
from audit import services as audit
from audit.services import Actor
from tenancy import clock
from tenancy.errors import DomainError


class NotOpened(DomainError):
    """The window would have no ticket, or be open for too long."""


class NotLetIn(DomainError):
    """The workspace has no open window."""


@transaction.atomic
def open_window(*, ticket: str, hours: int, actor: Actor) -> SupportGrant:
    """Let support look, masked, from now on. Raises NotOpened."""
    if not ticket.strip():
        raise NotOpened("Name the ticket that support works on.")
    length = timedelta(hours=hours)
    if not timedelta(0) < length <= LONGEST_SUPPORT:
        raise NotOpened("Choose a time of up to 4 hours.")
    _close_all(actor)
    now = clock.now()
    grant = SupportGrant.objects.create(
        ticket=ticket.strip(),
        opened_by=actor.id,
        opened_by_name=actor.name,
        opened_at=now,
        ends_at=now + length,
    )
    audit.record("support.opened", actor=actor, on=grant, ticket=grant.ticket, hours=hours)
    return grant


@transaction.atomic
def close(*, actor: Actor) -> None:
    """Support is out from its next click on. Repeat-safe."""
    _close_all(actor)


def current() -> SupportGrant | None:
    """The open window of the workspace in scope."""
    return (
        SupportGrant.objects.select_related("tenant")
        .filter(closed_at=None, ends_at__gt=clock.now())
        .first()
    )


def workspaces_with_windows() -> list[UUID]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT kernel.tenants_with_support_windows()")
        return [row[0] for row in cursor.fetchall()]


def enter(*, actor: Actor) -> SupportGrant:
    """Support comes in, as itself; the workspace's own log says so. Raises NotLetIn."""
    grant = current()
    if grant is None:
        audit.record_denial("support.entered", actor=actor, reason="no window")
        raise NotLetIn("This workspace has no open window.")
    audit.record("support.entered", actor=actor, on=grant, ticket=grant.ticket)
    return grant


def note_look(match: ResolverMatch | None, *, actor: Actor) -> None:
    """Each page that support opens is an event in the workspace's own log."""
    audit.record("support.looked", actor=actor, page=match.view_name if match else "")


def _close_all(actor: Actor) -> None:
    for grant in SupportGrant.objects.select_for_update().filter(closed_at=None):
        was_open = grant.is_open
        grant.closed_at, grant.closed_by_name = min(clock.now(), grant.ends_at), actor.name
        grant.save(update_fields=["closed_at", "closed_by_name"])
        if was_open:
            audit.record("support.closed", actor=actor, on=grant)
