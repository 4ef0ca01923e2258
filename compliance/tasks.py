"""Celery entry points of compliance."""

from uuid import UUID

from celery import shared_task
from django.conf import settings
from django.utils.module_loading import import_string

from audit import anchoring
from compliance import queries
from compliance import services as compliance
from compliance.services import (
    destruction,
    disposals,
    ending,
    retention,
    return_work,
    returns,
    reviews,
)
from compliance.services.anchoring import send_due
from tenancy.fetch import door
from tenancy.keyring import usable
from tenancy.scope import tenant_scope
from tenancy.tasks import PlatformTask, TenantTask


@shared_task(base=PlatformTask)
def check_due_domains() -> None:
    """Tick: wakes a check in each workspace with a domain that nobody looked at for an hour."""
    for tenant_id in usable(queries.tenants_with_domains_to_check()):
        with tenant_scope(tenant_id):
            check_domains.delay()


@shared_task(base=TenantTask)
def check_domains() -> None:
    look_up: compliance.LookUp = import_string(settings.COMPLIANCE_DNS)
    for domain in queries.domains_to_check():
        compliance.check_domain(domain, look_up)


@shared_task(base=PlatformTask)
def anchor_due() -> None:
    """Tick: checkpoints of the audit log leave for those who keep them."""
    for tenant_id in usable(anchoring.tenants_due()):
        with tenant_scope(tenant_id):
            anchor_checkpoint.delay()


@shared_task(base=TenantTask)
def anchor_checkpoint() -> None:
    send_due(door())


@shared_task(base=PlatformTask)
def run_due_retention() -> None:
    """Tick: wakes retention where it is time, or where its worker is gone."""
    for tenant_id in retention.tenants_with_work():
        with tenant_scope(tenant_id):
            run_retention.delay()


@shared_task(base=TenantTask)
def run_retention() -> None:
    retention.work()


@shared_task(base=PlatformTask)
def remind_reviewers() -> None:
    """Tick: an audit log that nobody looked through in time is brought to mind."""
    for tenant_id in usable(reviews.tenants_overdue()):
        with tenant_scope(tenant_id):
            reviews.remind()


@shared_task(base=PlatformTask)
def wake_disposals() -> None:
    """Tick: wakes the disposals of audit events that no worker is at."""
    waiting = dict(disposals.due())
    for tenant_id in usable(waiting):
        with tenant_scope(tenant_id):
            dispose.apply_async((str(waiting[tenant_id]),), expires=30)


@shared_task(base=TenantTask)
def dispose(job_id: str) -> None:
    disposals.work_on(UUID(job_id))


@shared_task(base=PlatformTask)
def look_after_endings() -> None:
    """Tick: freezes for good, destroys when the time has come, and writes the data that goes back."""
    for tenant_id, step in ending.due():
        if step == "destroy":
            destroy_workspace.apply_async((str(tenant_id),), expires=30)
            continue
        with tenant_scope(tenant_id):
            stop_workspace.apply_async(expires=30)
    for tenant_id in usable(returns.tenants_with_work()):
        with tenant_scope(tenant_id):
            write_data_return.apply_async(expires=30)


@shared_task(base=TenantTask)
def stop_workspace() -> None:
    ending.stop()


@shared_task(base=PlatformTask)
def destroy_workspace(tenant_id: str) -> None:
    """For no tenant: its last steps come after its keys are gone."""
    destruction.work_on(UUID(tenant_id))


@shared_task(base=TenantTask)
def write_data_return() -> None:
    returns.expire_due()
    return_work.work()
