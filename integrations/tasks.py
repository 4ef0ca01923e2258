"""Celery entry points of the API."""

from celery import shared_task

from integrations import idempotency, queries
from tenancy.keyring import usable
from tenancy.scope import tenant_scope
from tenancy.tasks import PlatformTask


@shared_task(base=PlatformTask)
def forget_old_answers() -> None:
    """Tick: answers that no repeated request may ask for any more are deleted."""
    for tenant_id in usable(queries.tenants_with_old_answers()):
        with tenant_scope(tenant_id):
            idempotency.forget_old_answers()
