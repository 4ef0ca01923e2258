"""Which tenant the running code works for. Entered by middleware, task base class and commands; never by a view."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from uuid import UUID

from tenancy.errors import TenantContextMissing

__all__ = [
    "PLATFORM_TENANT_ID",
    "TenantContextMissing",
    "current_tenant_id",
    "platform_scope",
    "scoped_tenant_id",
    "tenant_scope",
]

# Owns what belongs to no customer: failed sign-ins, staff accounts' secrets, the operator's own trail.
PLATFORM_TENANT_ID = UUID("00000000-0000-7000-8000-000000000000")

_tenant_id: ContextVar[UUID | None] = ContextVar("tenant_id", default=None)


def scoped_tenant_id() -> UUID | None:
    return _tenant_id.get()


def current_tenant_id() -> UUID:
    """The tenant of the scope. Raises TenantContextMissing outside every scope."""
    tenant_id = _tenant_id.get()
    if tenant_id is None:
        raise TenantContextMissing("Enter tenant_scope() before touching tenant data.")
    return tenant_id


@contextmanager
def tenant_scope(tenant_id: UUID) -> Iterator[None]:
    token = _tenant_id.set(tenant_id)
    try:
        yield
    finally:
        _tenant_id.reset(token)


@contextmanager
def platform_scope() -> Iterator[None]:
    """The scope of what belongs to no customer; shared tables are readable here, tenant rows are not."""
    with tenant_scope(PLATFORM_TENANT_ID):
        yield
