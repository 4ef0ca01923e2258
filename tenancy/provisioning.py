"""What must exist before the first request: the platform's keys, its tenant row, the context key."""

from tenancy import context_keys, destroying, freezing, resealing, versions
from tenancy.models import Tenant
from tenancy.scope import PLATFORM_TENANT_ID

KEYS = "keys_migrate"


def provision() -> None:
    """Repeat-safe. Runs with the migrating role's connections."""
    versions.create_keys(PLATFORM_TENANT_ID, using=KEYS)
    versions.part_derivation_keys(using=KEYS)
    Tenant.objects.using("migrate").get_or_create(
        pk=PLATFORM_TENANT_ID, defaults={"name": "Platform", "slug": "platform"}
    )
    context_keys.provision()
    resealing.allow()
    destroying.allow()
    freezing.hold()
