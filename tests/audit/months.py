"""Logs of past months, and archives of them."""

from datetime import UTC, datetime

from audit import archiving
from audit import services as audit
from audit.models import Archive
from tenancy import clock
from tenancy.scope import PLATFORM_TENANT_ID, platform_scope
from tests.audit.exports import superuser


def at(year, month, day=10):
    return clock.at(datetime(year, month, day, 12, tzinfo=UTC))


def write_month(actor, year, month, count=3):
    """Events of a month that is past, in the order of the tree after what is there."""
    with at(year, month):
        return [audit.record("contact.paused", actor=actor, days=days) for days in range(count)]


def work():
    """What ticks and workers do until nothing is left to do."""
    archiving.begin_next()
    while mine := Archive.objects.filter(job__ended_at=None, job__isnull=False).first():
        archiving.work_on(mine.job_id)


def of_platform(actor, *months):
    """Its log is shared by all tests: there may be more, and some signed it at a later time of theirs."""
    with superuser() as admin:
        forgotten = "UPDATE audit_tree SET signed_at = NULL WHERE tenant_id = %s"
        admin.execute(forgotten, [PLATFORM_TENANT_ID])
    with platform_scope():
        return archived(actor, *months)


def archived(actor, *months, count=3):
    for year, month in months:
        write_month(actor, year, month, count)
    work()
    return list(Archive.objects.order_by("month"))
