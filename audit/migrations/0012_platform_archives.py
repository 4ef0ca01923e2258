"""The platform's own log gets archives too: the tick that begins them learns of it as of any workspace."""

from django.db import migrations

FORWARD = """
CREATE OR REPLACE FUNCTION kernel.due_archives(closed date) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
    SELECT tree.tenant_id FROM public.audit_tree AS tree
    WHERE tree.size > 0
      AND NOT EXISTS (SELECT 1 FROM public.audit_archive AS kept
        WHERE kept.tenant_id = tree.tenant_id
          AND (kept.month >= date_trunc('month', closed)::date OR kept.sha256 = ''))
    ORDER BY tree.tenant_id
$$;
"""
BACK = """
CREATE OR REPLACE FUNCTION kernel.due_archives(closed date) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
    SELECT tree.tenant_id FROM public.audit_tree AS tree
    WHERE tree.size > 0 AND tree.tenant_id <> '00000000-0000-7000-8000-000000000000'
      AND NOT EXISTS (SELECT 1 FROM public.audit_archive AS kept
        WHERE kept.tenant_id = tree.tenant_id
          AND (kept.month >= date_trunc('month', closed)::date OR kept.sha256 = ''))
    ORDER BY tree.tenant_id
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0011_subtrees")]

    operations = [migrations.RunSQL(FORWARD, BACK)]
