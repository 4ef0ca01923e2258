"""The way back: into empty databases only, and in one transaction, so that nothing is seen half-way."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import orjson
from django.db import connections, transaction
from psycopg import sql

from compliance.backups import contents
from compliance.backups.chunks import BackupRefused, opened
from compliance.backups.frames import TABLE, FrameReader, Manifest
from compliance.backups.writing import LEAVES_AT_ONCE, MAIN

_SEQUENCES = """
SELECT c.relname::text, a.attname::text, pg_get_serial_sequence(c.oid::regclass::text, a.attname)
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped
  AND pg_get_serial_sequence(c.oid::regclass::text, a.attname) IS NOT NULL
"""


Amend = Callable[[str], None]


def _as_it_was(alias: str) -> None:
    """Nothing is amended."""


def check(path: Path, *, key: bytes, purpose: str) -> Manifest:
    """Read the file to its end, for its manifest. Raises BackupRefused if a byte is not as it was."""
    with path.open("rb") as file:
        frames = FrameReader(opened(file, key, purpose=purpose))
        for _ in frames:
            pass
    return frames.manifest


def refuse_unless_empty(alias: str) -> None:
    with connections[alias].cursor() as cursor:
        if contents.tables(cursor):
            raise BackupRefused("There are tables already. Restore into an empty database.")


@contextmanager
def restored(
    alias: str, path: Path, *, key: bytes, purpose: str, amend: Amend = _as_it_was
) -> Iterator[Any]:
    """The rows of the file are in the migrated tables, compared with the manifest, then amended, and not
    yet seen by anybody else: that is when the caller's block ends.

    Raises BackupRefused if the tables are of another version, or if they do not amount to the manifest.
    """
    with transaction.atomic(using=alias), connections[alias].cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")
        found = contents.tables(cursor)
        for table in found:
            _execute(cursor, "ALTER TABLE {} DISABLE TRIGGER USER", table)
        # The migrations left some rows; those of the backup come instead.
        listed = sql.SQL(", ").join(sql.Identifier("public", table) for table in found)
        cursor.execute(sql.SQL("TRUNCATE {}").format(listed).as_string(cursor.connection))
        with path.open("rb") as file:
            frames = FrameReader(opened(file, key, purpose=purpose))
            _fill(cursor, frames, found)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        _compare(alias, cursor, frames.manifest)
        amend(alias)
        for table in found:
            _execute(cursor, "ALTER TABLE {} ENABLE TRIGGER USER", table)
        _advance_sequences(cursor)
        yield cursor


def _fill(cursor: Any, frames: FrameReader, known: dict[str, list[str]]) -> None:
    table, columns = "", list[str]()
    for kind, content in frames:
        if kind == TABLE:
            said = orjson.loads(content)
            table, columns = said["table"], said["columns"]
            if set(known.get(table, ())) != set(columns):
                raise BackupRefused(f"{table} of this backup has other columns. Use its version.")
            continue
        query = sql.SQL("COPY {} ({}) FROM STDIN").format(
            sql.Identifier("public", table), sql.SQL(", ").join(map(sql.Identifier, columns))
        )
        with cursor.copy(query) as rows:
            rows.write(content)


def _advance_sequences(cursor: Any) -> None:
    cursor.execute(_SEQUENCES)
    for table, column, sequence in cursor.fetchall():
        query = sql.SQL("SELECT setval(%s, (SELECT coalesce(max({}), 0) + 1 FROM {}), false)")
        named = query.format(sql.Identifier(column), sql.Identifier("public", table))
        cursor.execute(named.as_string(cursor.connection), [sequence])


def _compare(alias: str, cursor: Any, manifest: Manifest) -> None:
    if contents.migrations(cursor) != manifest.migrations:
        raise BackupRefused("Another version made this backup. Restore it with that one.")
    counted = {}
    for table in contents.tables(cursor):
        _execute(cursor, "SELECT count(*) FROM {}", table)
        counted[table] = cursor.fetchone()[0]
    if counted != manifest.rows:
        raise BackupRefused("The restored rows are not as many as the manifest says.")
    if manifest.purpose == MAIN and _trees(alias) != manifest.trees:
        raise BackupRefused("The restored audit trees are not those of the manifest.")


def _trees(alias: str) -> dict[str, list[int | str]]:
    with connections[alias].chunked_cursor() as leaves:
        leaves.cursor.itersize = LEAVES_AT_ONCE
        leaves.execute(contents.LEAVES)
        return contents.trees(iter(leaves))


def _execute(cursor: Any, query: str, table: str) -> None:
    named = sql.SQL(query).format(sql.Identifier("public", table))
    cursor.execute(named.as_string(cursor.connection))
