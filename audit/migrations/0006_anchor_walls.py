"""Anchors are only added; a tick learns for which tenants a way is due."""

from django.db import migrations

WALLS = """
SELECT kernel.guard('audit_anchoring');
SELECT kernel.guard_append_only('audit_anchor');

CREATE FUNCTION kernel.due_anchors() RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
    SELECT tenant_id FROM public.audit_anchoring
    WHERE least(mail_due_at, webhook_due_at) <= now() ORDER BY tenant_id
$$;
SELECT kernel.schedule_through('kernel.due_anchors()', 'audit_anchoring');
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0005_anchors")]
    operations = [migrations.RunSQL(WALLS, migrations.RunSQL.noop)]
