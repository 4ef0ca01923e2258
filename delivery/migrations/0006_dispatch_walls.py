"""Guard dispatches, and show the scheduler which tenants have campaigns under way."""

from django.db import migrations

OPEN = """
CREATE FUNCTION kernel.open_dispatches() RETURNS TABLE (tenant uuid, dispatches bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
    SELECT tenant_id, count(*) FROM public.delivery_dispatch
    WHERE closed_at IS NULL GROUP BY tenant_id ORDER BY min(began_at)
$$;
SELECT kernel.schedule_through('kernel.open_dispatches()', 'delivery_dispatch');
"""


class Migration(migrations.Migration):
    dependencies = [("delivery", "0005_dispatch"), ("campaigns", "0002_walls")]
    operations = [
        migrations.RunSQL(
            "SELECT kernel.guard('delivery_dispatch')", "SELECT kernel.unguard('delivery_dispatch')"
        ),
        migrations.RunSQL(
            "SELECT kernel.refer('delivery_dispatch', 'campaign_id', 'campaigns_campaign')",
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(OPEN, "DROP FUNCTION kernel.open_dispatches()"),
    ]
