"""A clinic with a log of years ago, and two people who let it go."""

from datetime import date

from accounts.models import Countersignature
from accounts.services import countersignatures
from audit.models import AuditEvent, Disposal, Leaf
from compliance.services import disposals
from tests.audit.months import archived

MARCH, APRIL = date(2019, 3, 1), date(2019, 4, 1)


def old_log(actor, *, count=3):
    """March and April of 2019, archived; the archives' own events are of today."""
    return archived(actor, (2019, 3), (2019, 4), count=count)


def ask(actor, *, month=MARCH, keeps=True):
    return disposals.ask(month, keeps_archives=keeps, reason="Six years are over", actor=actor)


def grant(actor):
    countersignatures.grant(Countersignature.objects.get(decision="").pk, actor=actor)


def disposed(asker, granter, **options):
    """Asked for, granted and carried out."""
    disposal = ask(asker, **options)
    grant(granter)
    work()
    disposal.refresh_from_db()
    return disposal


def work():
    for disposal in Disposal.objects.filter(job__ended_at=None, job__isnull=False):
        disposals.work_on(disposal.job_id)


def left():
    """The places whose events are still there."""
    places = Leaf.objects.filter(pk__in=AuditEvent.objects.values("pk")).order_by("seq")
    return list(places.values_list("seq", flat=True))
