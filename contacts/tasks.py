from uuid import UUID

from celery import shared_task

from contacts.queries.due import (
    due_exports,
    due_imports,
    tenants_with_exports,
    tenants_with_imports,
)
from contacts.services import export_work, exports
from contacts.services.import_work import work_on
from tenancy.keyring import usable
from tenancy.scope import tenant_scope
from tenancy.tasks import PlatformTask, TenantTask


@shared_task(base=PlatformTask)
def wake_imports() -> None:
    for tenant_id in usable(tenants_with_imports()):
        with tenant_scope(tenant_id):
            for run_id in due_imports():
                work_on_import.apply_async((str(run_id),), expires=30)


@shared_task(base=TenantTask)
def work_on_import(run_id: str) -> None:
    work_on(UUID(run_id))


@shared_task(base=PlatformTask)
def wake_exports() -> None:
    for tenant_id in tenants_with_exports():
        with tenant_scope(tenant_id):
            exports.expire_due()
            for export_id in due_exports():
                work_on_export.apply_async((str(export_id),), expires=30)


@shared_task(base=TenantTask)
def work_on_export(export_id: str) -> None:
    export_work.work_on(UUID(export_id))
