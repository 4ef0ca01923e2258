from uuid import UUID

from celery import shared_task

from audit import checking, sequencing
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
