"""The browsers in which somebody is signed in: seen, ended from elsewhere, and at most five."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction
from django.db.models import QuerySet

from accounts import sessions
from accounts.models import Membership, Session, User
from accounts.services.sign_in import actor_for
from audit import services as audit
from audit.services import Actor
from tenancy import clock
from tenancy.errors import DomainError
from tenancy.scope import platform_scope

# A shared account shows: its people sign one another out.
MOST_SESSIONS = 5


class DeviceNotFound(DomainError):
    """The session is somebody else's, or over."""


@dataclass(frozen=True)
class Device:
    """A row of "Your devices"."""

    id: UUID
    browser: str
    network: str
    created_at: datetime
    seen_at: datetime
    is_this: bool


def of_person(user: User, *, this: UUID | None) -> list[Device]:
    """The one that asks first, then the latest."""
    with platform_scope():
        rows = list(_open(user).order_by("-seen_at"))
    return sorted((_device(row, this) for row in rows), key=lambda device: not device.is_this)


def end_one(user: User, session_id: UUID) -> None:
    """Sign one browser out from another. Raises DeviceNotFound."""
    with platform_scope(), transaction.atomic():
        found = list(_open(user).filter(pk=session_id))
        if not found:
            raise DeviceNotFound("This browser is signed out already.")
        sessions.end(_open(user).filter(pk=session_id), Session.Ending.PERSON)
        audit.record("session.ended_remotely", actor=actor_for(user), on=found[0])


def end_others(user: User, *, this: UUID | None) -> int:
    """Sign out every browser but this one. Returns how many."""
    with platform_scope(), transaction.atomic():
        others = _open(user).exclude(pk=this) if this else _open(user)
        count = sessions.end(others, Session.Ending.PERSON)
        audit.record("session.others_ended", actor=actor_for(user), on=user, sessions=count)
    return count


def make_room(user: User) -> int:
    """End the oldest sessions, so that one more may begin. Returns how many."""
    with platform_scope(), transaction.atomic():
        User.objects.select_for_update().get(pk=user.pk)
        too_old = list(_open(user).order_by("-created_at")[MOST_SESSIONS - 1 :])
        rows = Session.objects.filter(pk__in=[row.pk for row in too_old])
        count = sessions.end(rows, Session.Ending.LIMIT)
        for row in too_old:
            audit.record("session.displaced", actor=actor_for(user), on=row)
    return count


@transaction.atomic
def end_by_workspace(membership: Membership, *, actor: Actor) -> int:
    """End somebody's sessions in the workspace of the scope, from within it. Returns how many."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT kernel.end_sessions_here(%s::uuid)", [membership.user_id])
        (count,) = cursor.fetchone()
    audit.record("session.ended_by_workspace", actor=actor, on=membership, sessions=count)
    return int(count)


def _open(user: User) -> QuerySet[Session]:
    """Those that have run out are ended when somebody comes with their key; here they are left out."""
    return Session.objects.filter(user=user, ended_at=None, seen_at__gt=_alive_since())


def _alive_since() -> datetime:
    return clock.now() - sessions.LONGEST[0]


def _device(row: Session, this: UUID | None) -> Device:
    return Device(
        row.id, row.browser, row.network, row.created_at, row.seen_at, is_this=row.id == this
    )
