"""PostgreSQL backend that tells the database, at each BEGIN, which tenant the transaction works for."""

import time
from collections.abc import Callable
from typing import Any
from uuid import UUID

import psycopg
from django.db import transaction
from django.db.backends.postgresql import base

from tenancy import context
from tenancy.errors import TenantContextChanged, TenantContextExpired
from tenancy.scope import current_tenant_id, scoped_tenant_id

SET_CONTEXT = f"SELECT set_config('{context.SETTING}', %s, true)"


class DatabaseWrapper(base.DatabaseWrapper):
    """Refuses statements without a scope, and scopes every transaction, autocommit included."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.transaction_tenant_id: UUID | None = None
        self.context_expires = 0
        self.execute_wrappers.append(self._guard)

    def _set_autocommit(self, autocommit: bool) -> None:
        super()._set_autocommit(autocommit)  # type: ignore[misc]
        self.transaction_tenant_id = None if autocommit else scoped_tenant_id()
        if self.transaction_tenant_id is not None:
            # BEGIN goes along, instead of before.
            with self.wrap_database_errors, self.connection.pipeline():
                self._tell(self.transaction_tenant_id)

    def _tell(self, tenant_id: UUID) -> None:
        token = context.token(tenant_id)
        self.context_expires = token.expires
        # A plain psycopg cursor binds on the server: the token never shows in pg_stat_activity.
        psycopg.Cursor(self.connection).execute(SET_CONTEXT, [token.text])

    def _guard(
        self, execute: Callable[..., Any], sql: str, params: Any, many: bool, ctx: dict[str, Any]
    ) -> Any:
        tenant_id = current_tenant_id()
        if self.in_atomic_block or not self.get_autocommit():
            if tenant_id != self.transaction_tenant_id:
                raise TenantContextChanged("End the open transaction before changing tenant.")
            if time.time() > self.context_expires:
                raise TenantContextExpired("End the open transaction: its context has expired.")
            return execute(sql, params, many, ctx)
        if many or isinstance(ctx["cursor"].cursor, psycopg.ServerCursor):
            with transaction.atomic(using=self.alias):
                return execute(sql, params, many, ctx)
        # What goes before one Sync is one transaction, which the context ends with: one round trip.
        with self.wrap_database_errors, self.connection.pipeline():
            self._tell(tenant_id)
            return execute(sql, params, many, ctx)
