"""Celery entry points of accounts."""

from uuid import UUID

from celery import shared_task

from accounts import due
from accounts.services import countersignatures, emergencies, leaving
from tenancy import resealing, rotation
from tenancy.keyring import usable
from tenancy.scope import tenant_scope
from tenancy.tasks import PlatformTask, TenantTask


@shared_task(base=PlatformTask)
def expire_requests() -> None:
    """Tick: closes requests that nobody answered within their seven days."""
    for tenant_id in usable(due.tenants_with_expired_requests()):
        with tenant_scope(tenant_id):
            countersignatures.expire_due()


@shared_task(base=PlatformTask)
def look_after_accounts() -> None:
    """Tick: warns about, and suspends, accounts that nobody uses or whose last day has passed."""
    for tenant_id in usable(due.active_tenants()):
        with tenant_scope(tenant_id):
            leaving.look_after_accounts()


@shared_task(base=PlatformTask)
def look_after_emergencies() -> None:
    """Tick: closes emergency access that has run out, and reminds of reviews that are overdue."""
    for tenant_id in usable(due.tenants_with_emergencies()):
        with tenant_scope(tenant_id):
            emergencies.look_after()


@shared_task(base=PlatformTask)
def wake_reseals() -> None:
    """Tick: wakes the work on each workspace whose values move to a newer key."""
    waiting = dict(rotation.due())
    for tenant_id in usable(waiting):
        with tenant_scope(tenant_id):
            reseal.apply_async((str(waiting[tenant_id]),), expires=30)


@shared_task(base=TenantTask)
def reseal(job_id: str) -> None:
    resealing.work_on(UUID(job_id))
