"""Celery entry points of accounts."""

from celery import shared_task

from accounts import due
from accounts.services import countersignatures
from tenancy.scope import tenant_scope
from tenancy.tasks import PlatformTask


@shared_task(base=PlatformTask)
def expire_requests() -> None:
    """Tick: closes requests that nobody answered within their seven days."""
    for tenant_id in due.tenants_with_expired_requests():
        with tenant_scope(tenant_id):
            countersignatures.expire_due()
