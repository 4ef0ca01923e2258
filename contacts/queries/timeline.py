"""What happened to one person, newest first, in the words of the page."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from itertools import groupby
from typing import NamedTuple
from uuid import UUID

from django.utils import timezone

from audit.models import AuditEvent
from compliance.purposes import Purpose
from contacts import cause_names
from contacts.models import Activity, Contact
from contacts.models.consent import EVERYTHING, UNPROTECTED

SHOWN = 60

_LOOKS = {
    "sent": ("send", ""), "delivered": ("seal", "good"), "escrowed": ("door", "portal"),
    "bounced": ("ban", "bad"), "complained": ("flag", "bad"), "opened": ("mail-opened", ""),
    "clicked": ("click", "good"), "read": ("door", "portal"), "replied": ("message-2", "good"),
    "answered": ("forms", "good"), "agreed": ("check", "good"), "withdrew": ("ban", "bad"),
    "paused": ("player-pause", ""), "resumed": ("player-play", "good"),
    "changed": ("user", ""), "observed": ("stethoscope", "phi"),
}  # fmt: skip
_CAUSES = {
    "user": "By your staff", "patient": "By the person", "api_key": "By another system",
    "import": "By an import", "campaign": "Campaign", "visit": "A workflow step",
    "api": "A message of another system", "notice": "A portal notice", "test": "A test",
}  # fmt: skip


class Entry(NamedTuple):
    """One line of the timeline; `phi` is shown only while the person's data is."""

    icon: str
    tone: str
    title: str
    text: str
    phi: str
    at: datetime


class Day(NamedTuple):
    day: date
    entries: list[Entry]


def timeline(contact: Contact) -> list[Day]:
    """The newest entries, by day in the reader's time zone."""
    entries = sorted(
        [*_activity(contact), *_looks(contact), _beginning(contact)],
        key=lambda entry: entry.at,
        reverse=True,
    )[:SHOWN]
    by_day = groupby(entries, key=lambda entry: timezone.localtime(entry.at).date())
    return [Day(day, list(group)) for day, group in by_day]


def _activity(contact: Contact) -> Iterator[Entry]:
    activities = list(Activity.objects.filter(contact=contact).order_by("-occurred_at")[:SHOWN])
    names = _names(activities)
    for activity in activities:
        icon, tone = _LOOKS[activity.kind]
        detail = activity.detail or {}
        title = activity.get_kind_display()
        if purpose := detail.get("purpose"):
            title = f"{title}: {purpose_label(str(purpose)).lower()}"
        text = _CAUSES.get(activity.cause, "")
        if activity.cause_id in names:
            text = f"{text}: {names[activity.cause_id]}"
        if source := detail.get("source"):
            text = f"{text}. {source}" if text else str(source)
        phi = str(detail.get("name", ""))
        yield Entry(icon, tone, title, text, phi, activity.occurred_at)


def _names(activities: Iterable[Activity]) -> dict[UUID, str]:
    ids: dict[str, set[UUID]] = {}
    for activity in activities:
        if activity.cause_id:
            ids.setdefault(activity.cause, set()).add(activity.cause_id)
    return {
        each: name for cause in ids for each, name in cause_names.names(cause, ids[cause]).items()
    }


def _looks(contact: Contact) -> Iterator[Entry]:
    """Who looked at the person's data: part of their story."""
    events = AuditEvent.objects.filter(object_id=str(contact.pk), action="contact.revealed")
    for event in events.order_by("-recorded_at")[:SHOWN]:
        reason = f"Reason given: {event.detail['reason']}"
        yield Entry("eye", "phi", f"PHI shown to {event.actor_name}", reason, "", event.recorded_at)


def _beginning(contact: Contact) -> Entry:
    return Entry("user-plus", "", "Contact added", "", "", contact.created_at)


def purpose_label(purpose: str) -> str:
    if purpose == UNPROTECTED:
        return "Email without full protection"
    return "Everything" if purpose == EVERYTHING else str(Purpose(purpose).label)
