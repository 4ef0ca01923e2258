"""Celery entry points of compliance."""

from celery import shared_task
from django.conf import settings
from django.utils.module_loading import import_string

from compliance import queries
from compliance import services as compliance
from tenancy.scope import tenant_scope
from tenancy.tasks import PlatformTask, TenantTask


@shared_task(base=PlatformTask)
def check_due_domains() -> None:
    """Tick: wakes a check in each workspace with a domain that nobody looked at for an hour."""
    for tenant_id in queries.tenants_with_domains_to_check():
        with tenant_scope(tenant_id):
            check_domains.delay()


@shared_task(base=TenantTask)
def check_domains() -> None:
    look_up: compliance.LookUp = import_string(settings.COMPLIANCE_DNS)
    for domain in queries.domains_to_check():
        compliance.check_domain(domain, look_up)
