"""Both databases as they were at one moment, as often as wanted: each act finds the same world."""

import psycopg
from psycopg import sql

from tenancy import keyring
from tests.security.witness import superuser

COLUMNS = """
SELECT table_name, array_agg(column_name::text ORDER BY ordinal_position)
       FILTER (WHERE is_generated = 'NEVER'),
       bool_or(column_name = 'tenant_id'), bool_or(column_name = 'tenant')
FROM information_schema.columns JOIN information_schema.tables USING (table_schema, table_name)
WHERE table_schema = 'public' AND table_type = 'BASE TABLE'
  AND table_name NOT IN (SELECT relname FROM pg_class WHERE relispartition)
GROUP BY table_name ORDER BY table_name
"""
STATE = """
SELECT {name}, {owner}::text, count(*), md5(string_agg(md5(r::text), '' ORDER BY md5(r::text)))
FROM {table} r GROUP BY 2
"""
RESTORE = "DELETE FROM {table}; INSERT INTO {table} ({columns}) OVERRIDING SYSTEM VALUE SELECT {columns} FROM {kept}"

# (table, whose) → how many rows, and a fingerprint of them
State = dict[tuple[str, str | None], tuple[int, str]]


class Moment:
    """Copies of all rows, in the superuser's session: no trigger and no key between tables notices."""

    def __init__(self) -> None:
        self.copies = [_Copy("default"), _Copy("keys")]

    def restore(self) -> State:
        """What differed, as it was before it was put right."""
        found: State = {}
        for copy in self.copies:
            found |= copy.restore()
        keyring.forget()
        return found

    def close(self) -> None:
        for copy in self.copies:
            copy.connection.close()


class _Copy:
    def __init__(self, alias: str) -> None:
        self.connection: psycopg.Connection = superuser(alias)
        self.connection.execute("SET session_replication_role = replica")
        self.columns: dict[str, list[str]] = {}
        owners: dict[str, str] = {}
        for table, columns, has_tenant_id, has_tenant in self.connection.execute(COLUMNS):
            self.columns[table] = columns
            owners[table] = "tenant_id" if has_tenant_id else "tenant" if has_tenant else "NULL"
        for table in self.columns:
            self.connection.execute(
                sql.SQL("CREATE TEMP TABLE {kept} AS TABLE {table}").format(**_named(table))
            )
        self.question = sql.SQL(" UNION ALL ").join(
            sql.SQL(STATE).format(name=sql.Literal(table), owner=sql.SQL(owner), **_named(table))
            for table, owner in owners.items()
        )
        self.state = self._state()

    def _state(self) -> State:
        rows = self.connection.execute(self.question).fetchall()
        return {(table, owner): (count, seen) for table, owner, count, seen in rows}

    def restore(self) -> State:
        now = self._state()
        differing = {
            place
            for place in now.keys() | self.state.keys()
            if now.get(place) != self.state.get(place)
        }
        with self.connection.transaction():
            for table in sorted({table for table, _ in differing}):
                self._put_back(table)
        return {place: now.get(place, (0, "")) for place in differing}

    def _put_back(self, table: str) -> None:
        columns = sql.SQL(", ").join(map(sql.Identifier, self.columns[table]))
        for statement in RESTORE.split("; "):
            self.connection.execute(sql.SQL(statement).format(columns=columns, **_named(table)))


def _named(table: str) -> dict[str, sql.Composable]:
    return {
        "table": sql.Identifier("public", table),
        "kept": sql.Identifier("pg_temp", f"kept_{table}"),
    }
