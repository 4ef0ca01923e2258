"""Looking at people: each look is a row, many of them within an hour are told, too many are refused."""

from datetime import datetime, timedelta

from django.db import transaction

from accounts import display
from accounts.models import Membership
from accounts.permissions import who_may
from audit import services as audit
from audit.services import Actor, Touched
from compliance.models import Alert
from compliance.services import alerts
from contacts.models import Contact, Look
from contacts.models.looks import REVEAL_LASTS
from tenancy import clock
from tenancy.errors import DomainError

WINDOW = timedelta(hours=1)
# Twenty an hour is more than a desk with a telephone needs; sixty is copying.
ALERT_AT = {
    Look.Kind.REVEAL: 20,
    Look.Kind.SEARCH: 60,
    Look.Kind.EXPORT: 5,
    # One file is looked at again and again until its fields are right.
    Look.Kind.SAMPLE: 20,
    # A file is brought, matched and mended; ten in an hour is somebody who opens others' lists.
    Look.Kind.UPLOAD: 10,
}
MOST_REVEALS = 60
ALERTS = {
    Look.Kind.REVEAL: Alert.Kind.REVEALS,
    Look.Kind.SEARCH: Alert.Kind.SEARCHES,
    Look.Kind.EXPORT: Alert.Kind.EXPORTS,
    Look.Kind.SAMPLE: Alert.Kind.SAMPLES,
    Look.Kind.UPLOAD: Alert.Kind.UPLOADS,
}


class TooManyLooks(DomainError):
    """This person has looked at more people within the hour than anybody needs to."""


@transaction.atomic
def begin_reveal(contact: Contact, *, actor: Actor) -> Look:
    """From now on, for five minutes. Raises TooManyLooks."""
    _wait_for_own_looks(actor)
    _refuse_beyond_budget(contact, actor)
    return _note(Look.Kind.REVEAL, actor, contact=contact, lasts=REVEAL_LASTS)


@transaction.atomic
def look_once(contact: Contact, *, actor: Actor) -> Look:
    """One look at what a message says about the person; their own page stays masked.

    It counts like any other. Raises TooManyLooks.
    """
    _wait_for_own_looks(actor)
    _refuse_beyond_budget(contact, actor)
    return _note(Look.Kind.REVEAL, actor, contact=contact, lasts=timedelta())


def _refuse_beyond_budget(contact: Contact, actor: Actor) -> None:
    """With when the next look is possible, and who can let the person go on."""
    since = alerts.lifted_at(ALERTS[Look.Kind.REVEAL], actor.id)
    recent = _recent(Look.Kind.REVEAL, actor, since)
    if len(recent) < MOST_REVEALS:
        return
    audit.record_denial("contact.revealed", actor=actor, on=contact, reason="budget")
    left = recent[-MOST_REVEALS] + WINDOW - clock.now()
    wait = display.duration_in_words(left + timedelta(minutes=1))
    raise TooManyLooks(
        f"You have looked at {MOST_REVEALS} people within an hour. Wait {wait}, or have somebody look "
        f"at the alert that was raised and let you go on. {who_may(alerts.ANSWER)}"
    )


@transaction.atomic
def note_search(*, actor: Actor, found: int) -> None:
    """Somebody searched and sees `found` people: the event of it, and the look."""
    touched = Touched(classes=("identity",), rows=found)
    audit.record_reading("contacts.searched", actor=actor, touched=touched)
    _note(Look.Kind.SEARCH, actor)


def note(kind: Look.Kind, *, actor: Actor) -> None:
    """One look that shows no single person. For the transaction that records what was looked at."""
    _note(kind, actor)


def shown_until(contact: Contact, *, person_id: str) -> datetime | None:
    """Until when this person may see this contact, if at all."""
    looks = Look.objects.filter(
        kind=Look.Kind.REVEAL, contact=contact, person_id=person_id, shown_until__gt=clock.now()
    )
    return looks.order_by("-shown_until").values_list("shown_until", flat=True).first()


def hide(contact: Contact, *, person_id: str) -> None:
    now = clock.now()
    Look.objects.filter(contact=contact, person_id=person_id, shown_until__gt=now).update(
        shown_until=now
    )


def _note(
    kind: Look.Kind,
    actor: Actor,
    *,
    contact: Contact | None = None,
    lasts: timedelta | None = None,
) -> Look:
    now = clock.now()
    look = Look.objects.create(
        kind=kind,
        person_id=actor.id,
        person_name=actor.name,
        contact=contact,
        occurred_at=now,
        shown_until=None if lasts is None else now + lasts,
    )
    count = len(_recent(kind, actor, alerts.answered_at(ALERTS[kind], actor.id)))
    if count >= ALERT_AT[kind]:
        alerts.raise_alert(ALERTS[kind], actor, count=count)
    return look


def _recent(kind: Look.Kind, actor: Actor, since: datetime | None) -> list[datetime]:
    """When they looked within the hour, and after `since`; oldest first."""
    begin = clock.now() - WINDOW
    since = max(begin, since) if since else begin
    looks = Look.objects.filter(kind=kind, person_id=actor.id, occurred_at__gt=since)
    return list(looks.order_by("occurred_at").values_list("occurred_at", flat=True))


def _wait_for_own_looks(actor: Actor) -> None:
    """One look of a person after the other, so that ten windows do not pass a budget of one."""
    list(Membership.objects.select_for_update().filter(user_id=actor.id).values_list("pk"))
