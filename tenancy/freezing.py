"""Which rows of a frozen workspace the database keeps as they are: each table says, and a trigger holds to it."""

from django.apps import apps
from django.db import connections

from tenancy.models import TenantModel
from tenancy.while_frozen import WhileFrozen


def modes() -> dict[str, WhileFrozen]:
    """What may happen to the rows of each tenant table."""
    models = [it for it in apps.get_models() if issubclass(it, TenantModel)]
    return {it._meta.db_table: it.while_frozen for it in models}


def hold() -> None:
    """Give each table its trigger. After each migration, as the migrating role."""
    with connections["migrate"].cursor() as cursor:
        for table, mode in sorted(modes().items()):
            cursor.execute("SELECT kernel.freeze_with_workspace(%s, %s)", [table, mode.value])
