from uuid import UUID

from celery import shared_task

from audit import archiving, checking, sequencing
from tenancy.keyring import usable
from tenancy.scope import tenant_scope
from tenancy.tasks import PlatformTask, TenantTask


@shared_task(base=PlatformTask)
def sequence_events() -> None:
    """Tick: a lock in the database lets one append at a time."""
    sequencing.sequence()
    sequencing.sign_grown()


@shared_task(base=PlatformTask)
def wake_checks() -> None:
    """Tick: wakes the check of each log that somebody asked to check."""
    waiting = dict(checking.due())
    for tenant_id in usable(waiting):
        with tenant_scope(tenant_id):
            check_log.apply_async((str(waiting[tenant_id]),), expires=30)


@shared_task(base=TenantTask)
def check_log(job_id: str) -> None:
    checking.work_on(UUID(job_id))


@shared_task(base=PlatformTask)
def begin_archives() -> None:
    """Tick: each workspace gets an archive of the month that has closed."""
    for tenant_id in usable(archiving.tenants_with_closed_months()):
        with tenant_scope(tenant_id):
            begin_archive.delay()


@shared_task(base=TenantTask)
def begin_archive() -> None:
    archiving.begin_next()


@shared_task(base=PlatformTask)
def wake_archives() -> None:
    """Tick: wakes the writing and checking of archives that no worker is at."""
    waiting = archiving.due_jobs()
    able = set(usable({tenant_id for tenant_id, _ in waiting}))
    for tenant_id, job_id in waiting:
        if tenant_id in able:
            with tenant_scope(tenant_id):
                work_on_archive.apply_async((str(job_id),), expires=30)


@shared_task(base=TenantTask)
def work_on_archive(job_id: str) -> None:
    archiving.work_on(UUID(job_id))
