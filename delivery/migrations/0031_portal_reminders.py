"""Say which tenants have unread messages in the portal that somebody is due to be reminded of."""

from django.db import migrations

DUE = """
CREATE FUNCTION kernel.escrow_reminders(moment timestamptz) RETURNS TABLE (tenant uuid, due bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
    SELECT tenant_id, count(*) FROM public.delivery_escrowitem
    WHERE status = 'waiting' AND remind_at <= moment
    GROUP BY tenant_id ORDER BY min(remind_at)
$$;
SELECT kernel.schedule_through('kernel.escrow_reminders(timestamptz)', 'delivery_escrowitem');
"""


class Migration(migrations.Migration):
    dependencies = [("delivery", "0030_portal_receipts")]
    operations = [
        migrations.RunSQL(DUE, "DROP FUNCTION kernel.escrow_reminders(timestamptz)"),
    ]
