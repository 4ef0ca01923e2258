"""The rows of a whole workspace: in which order they go, a page at a time, and again after a restore."""

from functools import cache
from uuid import UUID

from django.apps import apps
from django.db import connection, connections
from django.db.models import ForeignKey

from tenancy import context
from tenancy.models import DestructionOrder, Tenant, TenantModel
from tenancy.scope import current_tenant_id, tenant_scope

# What is deleted is held in one short transaction.
PAGE = 2_000
_DOOR = "SELECT kernel.destroy_rows(%s, %s, %s::smallint, %s)"


@cache
def going() -> tuple[type[TenantModel], ...]:
    """Every tenant table but those that outlive a tenant; what refers to others goes before them.

    Raises ValueError if tables refer to each other in a circle.
    """
    left = {it for it in _tenant_models() if not it.outlives_tenant}
    ordered: list[type[TenantModel]] = []
    while left:
        free = [it for it in left if not any(_refers(other, it) for other in left)]
        if not free:
            raise ValueError("tenant tables refer to each other in a circle")
        ordered += sorted(free, key=lambda it: it._meta.label)
        left -= set(free)
    return tuple(ordered)


def staying() -> list[type[TenantModel]]:
    return sorted((it for it in _tenant_models() if it.outlives_tenant), key=_label)


def destroy_page(model: type[TenantModel]) -> int:
    """Remove the next rows of the workspace of the scope. Answers how many.

    The database refuses for a workspace that is not being destroyed, and where a legal hold keeps rows.
    """
    table = model._meta.db_table
    claim = context.claim(f"destroy|{current_tenant_id()}|{table}")
    with connection.cursor() as cursor:
        cursor.execute(_DOOR, [table, PAGE, claim.number, claim.mac])
        return int(cursor.fetchone()[0])


def allow() -> None:
    """Open the door to every table that goes. After each migration, as the migrating role."""
    with connections["migrate"].cursor() as cursor:
        for model in going():
            cursor.execute("SELECT kernel.allow_destruction(%s)", [model._meta.db_table])


def destroy_again(using: str) -> int:
    """Remove from a restored database every workspace destroyed since the backup. Answers how many.

    Runs before anybody sees the rows, as the role that owns them. What was under way goes on afterwards.
    """
    again = 0
    for order in DestructionOrder.objects.order_by("ordered_at").iterator():
        with tenant_scope(order.tenant):
            again += sum(_delete_rows(model, using) for model in going()) > 0
            status = Tenant.Status.DESTROYED if order.certificate else Tenant.Status.DESTROYING
            Tenant.objects.using(using).filter(pk=order.tenant).update(status=status)
    return again


def ordered() -> list[UUID]:
    """Workspaces whose destruction was ordered: their keys must not come back either."""
    return list(DestructionOrder.objects.values_list("tenant", flat=True))


def _delete_rows(model: type[TenantModel], using: str) -> int:
    table = connections[using].ops.quote_name(model._meta.db_table)
    with connections[using].cursor() as cursor:
        cursor.execute(f"DELETE FROM {table} WHERE tenant_id = %s", [current_tenant_id()])  # noqa: S608 - a model's own name
        return int(cursor.rowcount)


def _tenant_models() -> list[type[TenantModel]]:
    return [it for it in apps.get_models() if issubclass(it, TenantModel)]


def _refers(model: type[TenantModel], target: type[TenantModel]) -> bool:
    return any(
        isinstance(field, ForeignKey) and field.related_model is target
        for field in model._meta.local_fields
    )


def _label(model: type[TenantModel]) -> str:
    return model._meta.label
