"""Reading the audit log by pages. Filters are ids and days, so that a URL holds nothing personal."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet, TextChoices

from audit.models import AuditEvent
from audit.services import SYSTEM
from compliance.audit_words import ACTOR_KINDS, MAIL_NOUNS, PHI_VERBS

PAGE_SIZE = 50
_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")

_SAW_PHI = Q(action__regex=rf"\.({'|'.join(PHI_VERBS)})$")
_MAIL = Q(action__regex=rf"^({'|'.join(MAIL_NOUNS)})\.")
_SESSION = Q(action__startswith="session.")
_REFUSED = ~Q(outcome=AuditEvent.Outcome.DONE)


class Kind(TextChoices):
    ALL = "", "All"
    PHI = "phi", "PHI seen"
    MAIL = "mail", "Mail"
    CHANGED = "changed", "Changed"
    REFUSED = "refused", "Refused"


_CONDITIONS = {
    Kind.ALL: Q(),
    Kind.PHI: _SAW_PHI & ~_REFUSED,
    Kind.MAIL: _MAIL & ~_REFUSED,
    Kind.CHANGED: ~_REFUSED & ~_SAW_PHI & ~_MAIL & ~_SESSION,
    Kind.REFUSED: _REFUSED,
}


@dataclass(frozen=True, slots=True)
class Filters:
    kind: Kind = Kind.ALL
    actor_id: str = ""
    object_id: str = ""
    day: date | None = None
    # Also what the service does by itself: every batch of mail is an event, and hides what people do.
    is_whole: bool = False


def is_search(filters: Filters, reader_id: str) -> bool:
    """Whether somebody looks for something: not who reads the log as it is, nor their own part of it, which
    would grow by being read.
    """
    return filters not in (Filters(), Filters(is_whole=True)) and filters.actor_id != reader_id


def said(filters: Filters) -> dict[str, Any]:
    """The filters, for the log: ids and days. What somebody wrote into the address by hand stays out."""
    return {
        "kind": filters.kind.value,
        "actor_id": _known(filters.actor_id),
        "object_id": _known(filters.object_id),
        "day": filters.day.isoformat() if filters.day else "",
        "whole": filters.is_whole,
    }


def _known(text: str) -> str:
    return text if not text or text == SYSTEM.id or _ID.fullmatch(text) else "not an id"


class Page(NamedTuple):
    """Newest first; `older` and `newer` are cursors (ids of events), None at either end."""

    events: list[AuditEvent]
    newer: UUID | None
    older: UUID | None


def matching(filters: Filters, zone: ZoneInfo) -> QuerySet[AuditEvent]:
    events = AuditEvent.objects.filter(_CONDITIONS[filters.kind])
    if filters.actor_id:
        events = events.filter(actor_id=filters.actor_id)
    if filters.object_id:
        events = events.filter(object_id=filters.object_id)
    if filters.day:
        begin = datetime.combine(filters.day, time.min, zone).astimezone(UTC)
        events = events.filter(recorded_at__gte=begin, recorded_at__lt=begin + timedelta(days=1))
    if not (filters.is_whole or filters.actor_id or filters.object_id):
        events = events.exclude(actor_kind=SYSTEM.kind)
    return events


def actors() -> list[tuple[str, str]]:
    """Id and name of everybody who is in the log, but for patients, whom their own pages lead to."""
    latest = AuditEvent.objects.order_by("actor_id", "-recorded_at").distinct("actor_id")
    found = latest.values_list("actor_id", "actor_name", "actor_kind")
    named = [
        (actor_id, name if kind == "user" else f"{name}, {ACTOR_KINDS[kind]}")
        for actor_id, name, kind in found.exclude(actor_kind="patient")
    ]
    return sorted(named, key=lambda actor: (actor[1].casefold(), actor[0]))


def older_than(events: QuerySet[AuditEvent], cursor: AuditEvent | None) -> Page:
    """The page after `cursor` (the newest page without one)."""
    behind = events if cursor is None else events.filter(_is_older(cursor))
    rows = list(behind.order_by("-recorded_at", "-id")[: PAGE_SIZE + 1])
    shown = rows[:PAGE_SIZE]
    older = shown[-1].id if len(rows) > PAGE_SIZE else None
    return Page(shown, shown[0].id if cursor and shown else None, older)


def newer_than(events: QuerySet[AuditEvent], cursor: AuditEvent) -> Page:
    """The page before `cursor`."""
    rows = list(events.filter(_is_newer(cursor)).order_by("recorded_at", "id")[: PAGE_SIZE + 1])
    shown = rows[:PAGE_SIZE][::-1]
    newer = shown[0].id if len(rows) > PAGE_SIZE else None
    return Page(shown, newer, shown[-1].id if shown else None)


def _is_older(cursor: AuditEvent) -> Q:
    at = cursor.recorded_at
    return Q(recorded_at__lt=at) | Q(recorded_at=at, id__lt=cursor.id)


def _is_newer(cursor: AuditEvent) -> Q:
    at = cursor.recorded_at
    return Q(recorded_at__gt=at) | Q(recorded_at=at, id__gt=cursor.id)
