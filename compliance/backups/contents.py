"""Which tables a backup holds, and what the rows amount to. Read the same way before and after."""

from collections.abc import Iterator, Sequence
from typing import Any, Protocol

from audit import merkle

# The history of the tables, not data: it is in the manifest.
HISTORY = "django_migrations"
_TABLES = """
SELECT c.relname::text, array_agg(a.attname::text ORDER BY a.attnum)
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r'
  AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
GROUP BY c.relname ORDER BY c.relname
"""
LEAVES = "SELECT tenant_id::text, hash FROM audit_leaf ORDER BY tenant_id, seq"


class Cursor(Protocol):
    def execute(self, query: str, params: Sequence[Any] | None = None) -> Any: ...
    def fetchall(self) -> list[Any]: ...


def tables(cursor: Cursor) -> dict[str, list[str]]:
    """Table → its columns."""
    cursor.execute(_TABLES)
    return {name: columns for name, columns in cursor.fetchall() if name != HISTORY}


def migrations(cursor: Cursor) -> list[str]:
    cursor.execute("SELECT app || '.' || name FROM django_migrations ORDER BY 1")
    return [row[0] for row in cursor.fetchall()]


def postgresql(cursor: Cursor) -> str:
    cursor.execute("SHOW server_version")
    return str(cursor.fetchall()[0][0])


def trees(leaves: Iterator[Any]) -> dict[str, list[int | str]]:
    """Tenant → size and root of its audit tree, worked out anew from every leaf."""
    frontiers: dict[str, list[bytes]] = {}
    sizes: dict[str, int] = {}
    for tenant, leaf in leaves:
        size = sizes.get(tenant, 0)
        merkle.append(frontiers.setdefault(tenant, []), size, bytes(leaf))
        sizes[tenant] = size + 1
    return {
        tenant: [sizes[tenant], merkle.root_of(frontier).hex()]
        for tenant, frontier in frontiers.items()
    }
