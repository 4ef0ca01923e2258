"""What the database's own catalogue says about the walls. A hole keeps the service from starting."""

from typing import Any

from tenancy import catalogue_roles
from tenancy.errors import DomainError

TENANT_WALL = "(tenant_id = ( SELECT kernel.current_tenant() AS current_tenant))"

# Each query returns one sentence per hole.
QUERIES = {
    "table is neither guarded nor shared with a reason": """
        SELECT c.relname FROM pg_class c
        WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
          AND NOT (c.relrowsecurity AND c.relforcerowsecurity)
          AND NOT EXISTS (SELECT 1 FROM kernel.shared_table s WHERE s.name = c.relname)
    """,
    "table has no tenant wall": f"""
        SELECT c.relname FROM pg_class c
        WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
          AND NOT EXISTS (SELECT 1 FROM kernel.shared_table s WHERE s.name = c.relname)
          AND NOT EXISTS (
            SELECT 1 FROM pg_policy p
            WHERE p.polrelid = c.oid AND NOT p.polpermissive AND p.polcmd = '*' AND p.polroles = '{{0}}'
              AND pg_get_expr(p.polqual, p.polrelid) = '{TENANT_WALL}'
              AND pg_get_expr(p.polwithcheck, p.polrelid) = '{TENANT_WALL}')
    """,  # noqa: S608 - our own constant
    "table's tenant_id may be null or is missing": """
        SELECT c.relname FROM pg_class c
        WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
          AND NOT EXISTS (SELECT 1 FROM kernel.shared_table s WHERE s.name = c.relname)
          AND NOT EXISTS (SELECT 1 FROM pg_attribute a
            WHERE a.attrelid = c.oid AND a.attname = 'tenant_id' AND a.attnotnull)
    """,
    "table does not belong to the owner role": """
        SELECT c.relname FROM pg_class c
        WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
          AND c.relowner <> 'sealpost_owner'::regrole
    """,
    "unique index does not begin with the tenant": """
        SELECT i.indexrelid::regclass::text FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
        WHERE c.relnamespace = 'public'::regnamespace AND (i.indisunique OR i.indisexclusion)
          AND NOT i.indisprimary
          AND NOT EXISTS (SELECT 1 FROM kernel.shared_table s WHERE s.name = c.relname)
          AND NOT EXISTS (SELECT 1 FROM pg_attribute a
            WHERE a.attrelid = c.oid AND a.attname = 'tenant_id' AND a.attnum = i.indkey[0])
    """,
    "primary key could tell of other tenants": """
        SELECT c.relname FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
        JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = i.indkey[0]
        WHERE c.relnamespace = 'public'::regnamespace AND i.indisprimary
          AND NOT EXISTS (SELECT 1 FROM kernel.shared_table s WHERE s.name = c.relname)
          AND a.atttypid <> 'uuid'::regtype
    """,
    "foreign key between tenant tables does not carry the tenant": """
        SELECT k.conname FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
        JOIN pg_class t ON t.oid = k.confrelid
        WHERE k.contype = 'f' AND c.relnamespace = 'public'::regnamespace
          AND NOT EXISTS (SELECT 1 FROM kernel.shared_table s WHERE s.name IN (c.relname, t.relname))
          AND NOT EXISTS (SELECT 1 FROM unnest(k.conkey, k.confkey) AS pair (own, other)
            JOIN pg_attribute o ON o.attrelid = c.oid AND o.attnum = pair.own
            JOIN pg_attribute f ON f.attrelid = t.oid AND f.attnum = pair.other
            WHERE o.attname = 'tenant_id' AND f.attname = 'tenant_id')
    """,
    "view does not run with its reader's rights": """
        SELECT c.relname FROM pg_class c
        WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'v'
          AND NOT coalesce('security_invoker=true' = ANY (c.reloptions), false)
    """,
    "materialized view cannot be guarded": """
        SELECT c.relname FROM pg_class c
        WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'm'
    """,
    "function with its owner's rights does not pin its search_path": """
        SELECT p.oid::regprocedure::text FROM pg_proc p
        WHERE p.pronamespace IN ('public'::regnamespace, 'kernel'::regnamespace) AND p.prosecdef
          AND NOT coalesce(array_to_string(p.proconfig, ',') LIKE '%search_path=pg_catalog%', false)
    """,
    "foreign table cannot be guarded": """
        SELECT c.relname FROM pg_class c
        WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'f'
    """,
    "rule changes what a statement does, with its owner's rights": """
        SELECT c.relname || ' ' || r.rulename FROM pg_rewrite r JOIN pg_class c ON c.oid = r.ev_class
        WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
    """,
    **catalogue_roles.QUERIES,
}


class CatalogueHasHoles(DomainError):
    """The service must not serve: a table, index or role leaves a gap between tenants."""


def holes(cursor: Any) -> list[str]:
    """One sentence per gap in the walls; empty when every table, key, view and role is covered."""
    found = []
    for sentence, query in QUERIES.items():
        cursor.execute(query)
        found += [f"{row[0]}: {sentence}" for row in cursor.fetchall()]
    return found


def refuse_holes(cursor: Any) -> None:
    """Raises CatalogueHasHoles. Called when a web or worker process starts."""
    found = holes(cursor)
    if found:
        raise CatalogueHasHoles("; ".join(found))
