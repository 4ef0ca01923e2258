"""What stands in the database, seen by the superuser: the tests' own eyes, which no wall stops."""

import os
from uuid import UUID

import psycopg
from django.conf import settings
from psycopg import sql

TABLES = """
SELECT table_name FROM information_schema.columns
WHERE table_schema = 'public' AND column_name = 'tenant_id' ORDER BY table_name
"""
STATE = """
SELECT count(*), md5(coalesce(string_agg(md5(r::text), '' ORDER BY md5(r::text)), ''))
FROM {} r WHERE tenant_id = %s
"""


def superuser() -> psycopg.Connection:
    name = settings.DATABASES["default"]["NAME"]
    return psycopg.connect(os.environ["ADMIN_DATABASE_URL"], dbname=name, autocommit=True)


def rows_of(tenant_id: UUID) -> dict[str, tuple[int, str]]:
    """Of each tenant table: how many rows the tenant has, and a fingerprint of them."""
    with superuser() as connection:
        return {
            table: connection.execute(
                sql.SQL(STATE).format(sql.Identifier(table)), [tenant_id]
            ).fetchone()
            for (table,) in connection.execute(TABLES).fetchall()
        }


def changed(before: dict[str, tuple[int, str]], after: dict[str, tuple[int, str]]) -> list[str]:
    return [table for table in after if before[table] != after[table]]
