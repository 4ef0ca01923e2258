"""What systems read through the API: counted by the hour, and told when it is far beyond their usual."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Avg, F

from audit.services import Actor
from compliance.models import Alert
from compliance.services import alerts
from contacts.models import Look
from tenancy import clock

USUAL_OVER = timedelta(days=14)
TIMES_USUAL = 10
# Whoever connects a system lets it read a practice's list once; fewer people in an hour are no news.
FLOOR = 2_000


@transaction.atomic
def note(people: int, *, actor: Actor) -> None:
    """Count `people` that this system was just shown, and raise an alert if that is unusual."""
    hour = clock.now().replace(minute=0, second=0, microsecond=0)
    read = _added(people, hour, actor)
    if read < FLOOR or read < TIMES_USUAL * usual(actor.id, before=hour):
        return
    answered_at = alerts.answered_at(Alert.Kind.READINGS, actor.id)
    if answered_at is None or answered_at < hour:
        alerts.raise_alert(Alert.Kind.READINGS, actor, count=read)


def usual(system_id: str, *, before: datetime) -> float:
    """How many people it read in a mean hour of those in which it read at all; 0 if it never did."""
    hours = Look.objects.filter(
        kind=Look.Kind.SYSTEM,
        person_id=system_id,
        occurred_at__gte=before - USUAL_OVER,
        occurred_at__lt=before,
    )
    return float(hours.aggregate(mean=Avg("people"))["mean"] or 0)


def _added(people: int, hour: datetime, actor: Actor) -> int:
    """How many it is within the hour now. Calls at the same moment wait for one another's sum."""
    row = Look(
        kind=Look.Kind.SYSTEM,
        person_id=actor.id,
        person_name=actor.name,
        occurred_at=hour,
        people=0,
    )
    rows = Look.objects.filter(kind=Look.Kind.SYSTEM, person_id=actor.id, occurred_at=hour)
    if not rows.update(people=F("people") + people):
        Look.objects.bulk_create([row], ignore_conflicts=True)
        rows.update(people=F("people") + people)
    return rows.values_list("people", flat=True).get()
