"""What stands in the databases, seen by the superuser: the tests' own eyes, which no wall stops."""

import os
from uuid import UUID

import psycopg
from django.conf import settings
from psycopg import sql

TABLES = """
SELECT table_name FROM information_schema.columns
WHERE table_schema = 'public' AND column_name = 'tenant_id' ORDER BY table_name
"""
NAMED = """
SELECT table_name FROM information_schema.columns
WHERE table_schema = 'public' AND column_name = 'id' AND data_type = 'uuid' ORDER BY table_name
"""
STATE = """
SELECT count(*), md5(coalesce(string_agg(md5(r::text), '' ORDER BY md5(r::text)), ''))
FROM {} r WHERE {} = %s
"""
KEY_TABLES = ("tenancy_keyring", "tenancy_wrappedkey")

Rows = dict[str, tuple[int, str]]


def superuser(alias: str = "default") -> psycopg.Connection:
    name = settings.DATABASES[alias]["NAME"]
    return psycopg.connect(os.environ["ADMIN_DATABASE_URL"], dbname=name, autocommit=True)


def rows_of(tenant_id: UUID) -> Rows:
    """Of each tenant table, and of those of keys: how many rows the tenant has, and a fingerprint of them."""
    with superuser() as connection, superuser("keys") as keys:
        found = {
            table: _state(connection, table, "tenant_id", tenant_id)
            for (table,) in connection.execute(TABLES).fetchall()
        }
        return found | {table: _state(keys, table, "tenant", tenant_id) for table in KEY_TABLES}


def _state(
    connection: psycopg.Connection, table: str, owner: str, tenant_id: UUID
) -> tuple[int, str]:
    state = sql.SQL(STATE).format(sql.Identifier(table), sql.Identifier(owner))
    return connection.execute(state, [tenant_id]).fetchone()


def changed(before: Rows, after: Rows) -> list[str]:
    return [table for table in after if before[table] != after[table]]


def ids_of(tenant_id: UUID) -> set[str]:
    """Every id that names a row of the tenant, as it would stand on a page."""
    listing = sql.SQL("SELECT id FROM {} WHERE tenant_id = %s")
    with superuser() as connection:
        owned = {table for (table,) in connection.execute(TABLES)}
        named = {table for (table,) in connection.execute(NAMED)}
        return {
            str(row[0])
            for table in sorted(owned & named)
            for row in connection.execute(listing.format(sql.Identifier(table)), [tenant_id])
        }


def is_waited_for(connection: psycopg.Connection) -> bool:
    """Whether another session waits for something that this one has locked."""
    asked = "SELECT count(*) FROM pg_locks WHERE pg_backend_pid() = ANY (pg_blocking_pids(pid))"
    return connection.execute(asked).fetchone() != (0,)
