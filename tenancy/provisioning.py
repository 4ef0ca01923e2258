"""What must exist before the first request: the platform's key, its tenant row, the context key."""

from django.db import connections

from tenancy import context, keyring
from tenancy.models import Tenant
from tenancy.scope import PLATFORM_TENANT_ID


def provision() -> None:
    """Repeat-safe. Runs with the migrating role's connections."""
    keyring.create_key(PLATFORM_TENANT_ID, using="keys_migrate")
    Tenant.objects.using("migrate").get_or_create(
        pk=PLATFORM_TENANT_ID, defaults={"name": "Platform", "slug": "platform"}
    )
    inner, outer = context.hmac_pads()
    with connections["migrate"].cursor() as cursor:
        cursor.execute(
            "SELECT kernel.install_context_key(%s::smallint, %s, %s)",
            [context.KEY_ID, inner, outer],
        )
