"""Guard texts that carry codes, and say which tenants have some to send."""

from django.db import migrations

DUE = """
CREATE FUNCTION kernel.due_texts(moment timestamptz) RETURNS TABLE (tenant uuid, due bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
    SELECT tenant_id, count(*) FROM public.delivery_portaltext
    WHERE status = 'waiting' AND due_at <= moment GROUP BY tenant_id ORDER BY min(due_at)
$$;
SELECT kernel.schedule_through('kernel.due_texts(timestamptz)', 'delivery_portaltext');
"""


class Migration(migrations.Migration):
    dependencies = [("delivery", "0055_codes_by_phone")]
    operations = [
        migrations.RunSQL(
            "SELECT kernel.guard('delivery_portaltext')",
            "SELECT kernel.unguard('delivery_portaltext')",
        ),
        migrations.RunSQL(
            "SELECT kernel.refer('delivery_portaltext', 'code_id', 'delivery_escrowcode')",
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(
            "SELECT kernel.allow_removal('delivery_portaltext')",
            "SELECT kernel.forbid_removal('delivery_portaltext')",
        ),
        migrations.RunSQL(DUE, "DROP FUNCTION kernel.due_texts(timestamptz)"),
    ]
