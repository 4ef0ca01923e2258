"""Base classes of our Celery tasks: the tenant travels in a header, arguments are ids."""

import re
from typing import Any
from uuid import UUID

from celery import Task

from tenancy import source
from tenancy.keyring import usable
from tenancy.scope import current_tenant_id, platform_scope, tenant_scope
from tenancy.source import Source

HEADER = "tenant_id"
# The request that led to the task, so that their events can be read together.
REQUEST_HEADER = "request"
# Task messages are stored by the broker: only opaque ids and numbers may enter.
ID = re.compile(r"[0-9a-z_.-]{1,64}\Z")


def _refuse_all_but_ids(arguments: list[Any]) -> None:
    for argument in arguments:
        if argument is None or isinstance(argument, int):
            continue
        if not (isinstance(argument, str) and ID.match(argument)):
            raise TypeError("Task arguments are ids and numbers: pass an id, read the row.")


class TenantTask(Task):  # type: ignore[type-arg]
    """Runs in the scope in which it was enqueued. Raises TenantContextMissing outside every scope."""

    def apply_async(  # type: ignore[override]
        self, args: Any = None, kwargs: Any = None, **options: Any
    ) -> Any:
        _refuse_all_but_ids([*(args or ()), *(kwargs or {}).values()])
        headers = {
            **(options.pop("headers", None) or {}),
            HEADER: str(current_tenant_id()),
            REQUEST_HEADER: source.current().request,
        }
        return super().apply_async(args, kwargs, headers=headers, **options)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        tenant_id = self.request.get(HEADER)
        if tenant_id is None:
            raise TypeError(f"{self.name} came without a tenant.")
        if not any(usable([UUID(tenant_id)])):
            return None  # rows are the queue: the work is found again when the keys are on
        with tenant_scope(UUID(tenant_id)), source.entered(_source_of(self)):
            return super().__call__(*args, **kwargs)


class PlatformTask(Task):  # type: ignore[type-arg]
    """Runs for no tenant: a tick that finds tenants with work and wakes their tasks."""

    def apply_async(  # type: ignore[override]
        self, args: Any = None, kwargs: Any = None, **options: Any
    ) -> Any:
        _refuse_all_but_ids([*(args or ()), *(kwargs or {}).values()])
        return super().apply_async(args, kwargs, **options)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        with platform_scope(), source.entered(_source_of(self)):
            return super().__call__(*args, **kwargs)


def _source_of(task: Task) -> Source:  # type: ignore[type-arg]
    return Source(
        request=task.request.get(REQUEST_HEADER) or "", task=f"{task.name} {task.request.id}"
    )
