"""Names of customers that lead to our policy of mail that comes back, for whoever makes the certificates."""

from typing import Any

from django.core.management.base import BaseCommand

from accounts import queries as accounts
from compliance.domain_checks import RecordStatus
from compliance.domain_records import DomainNames, RecordKind
from compliance.models import SenderDomain
from tenancy.keyring import usable
from tenancy.models import Tenant
from tenancy.scope import platform_scope, tenant_scope


class Command(BaseCommand):
    help = "Print the names that need a certificate for MTA-STS, one a line."

    def handle(self, *args: Any, **options: Any) -> None:
        with platform_scope():
            active = accounts.all_workspaces().filter(status=Tenant.Status.ACTIVE)
            tenants = list(active.values_list("pk", flat=True))
        names: set[str] = set()
        for tenant_id in usable(tenants):
            with tenant_scope(tenant_id):
                names.update(filter(None, map(_policy_host, SenderDomain.objects.all())))
        for name in sorted(names):
            self.stdout.write(name)


def _policy_host(domain: SenderDomain) -> str:
    """Of a domain that was proven once, and whose name was seen to lead here; else nothing."""
    seen = domain.findings.get(RecordKind.BOUNCE_POLICY_HOST.value, {}).get("status")
    if domain.proven_at is None or seen != RecordStatus.FOUND:
        return ""
    return f"mta-sts.{DomainNames(domain.domain, ()).return_path}"
