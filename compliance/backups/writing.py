"""Taking a backup, as the role that may read everything and change nothing."""

import os
from pathlib import Path

import orjson
import psycopg
from psycopg import sql

from compliance.backups import contents
from compliance.backups.chunks import SealingFile
from compliance.backups.frames import ROWS, TABLE, FrameWriter, Manifest
from tenancy import clock

# Rows travel in frames of about this size; one row is never divided.
FRAME_BYTES = 1 << 18
LEAVES_AT_ONCE = 10_000
MAIN, KEYS = "main", "keys"


def back_up(
    connection: psycopg.Connection[tuple[object, ...]], to: Path, *, key: bytes, purpose: str
) -> Manifest:
    """Write every table, as it is at one moment, to the new file `to`. It has the name once it is whole."""
    connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
    connection.read_only = True
    draft = to.with_name(f".{to.name}.{os.getpid()}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        frames = FrameWriter(SealingFile(file, key, purpose=purpose))
        with connection.transaction():
            manifest = _write(connection, frames, purpose)
        frames.end(manifest)
        file.flush()
        os.fsync(file.fileno())
    draft.rename(to)
    return manifest


def _write(
    connection: psycopg.Connection[tuple[object, ...]], frames: FrameWriter, purpose: str
) -> Manifest:
    cursor = connection.cursor()
    cursor.execute("SET LOCAL statement_timeout = 0")
    taken_at = clock.now().isoformat()
    found = contents.tables(cursor)
    return Manifest(
        purpose=purpose,
        taken_at=taken_at,
        postgresql=contents.postgresql(cursor),
        migrations=contents.migrations(cursor),
        rows={name: _copy(cursor, frames, name, columns) for name, columns in found.items()},
        trees=_trees(connection) if purpose == MAIN else {},
        digest=frames.digest,
    )


def _copy(
    cursor: psycopg.Cursor[tuple[object, ...]], frames: FrameWriter, table: str, columns: list[str]
) -> int:
    frames.write(TABLE, orjson.dumps({"table": table, "columns": columns}))
    held = bytearray()
    query = sql.SQL("COPY {} ({}) TO STDOUT").format(
        sql.Identifier("public", table), sql.SQL(", ").join(map(sql.Identifier, columns))
    )
    with cursor.copy(query) as rows:
        for row in rows:
            held += row
            if len(held) >= FRAME_BYTES:
                frames.write(ROWS, bytes(held))
                held.clear()
    if held:
        frames.write(ROWS, bytes(held))
    return cursor.rowcount


def _trees(connection: psycopg.Connection[tuple[object, ...]]) -> dict[str, list[int | str]]:
    with connection.cursor(name="leaves") as leaves:
        leaves.itersize = LEAVES_AT_ONCE
        leaves.execute(contents.LEAVES)
        return contents.trees(iter(leaves))
