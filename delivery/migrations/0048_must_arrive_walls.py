"""Guard what must arrive, and say which tenants have some to look at; what is under a legal hold stays."""

from django.db import migrations

CONTACT = "gone.contact_id"
CAMPAIGN = """
SELECT CASE m.cause WHEN 'campaign' THEN m.cause_id WHEN 'api' THEN (
    SELECT s.campaign_id FROM public.delivery_singlesend s
    WHERE s.tenant_id = m.tenant_id AND s.id = m.cause_id) END
FROM public.delivery_message m WHERE m.tenant_id = gone.tenant_id AND m.id = gone.message_id
"""
DUE = """
CREATE FUNCTION kernel.due_arrivals(moment timestamptz) RETURNS TABLE (tenant uuid, due bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
    SELECT tenant_id, count(*) FROM public.delivery_mustarrive
    WHERE look_at <= moment GROUP BY tenant_id ORDER BY min(look_at)
$$;
SELECT kernel.schedule_through('kernel.due_arrivals(timestamptz)', 'delivery_mustarrive');
"""


class Migration(migrations.Migration):
    dependencies = [("delivery", "0047_must_arrive"), ("compliance", "0006_legal_hold")]
    operations = [
        migrations.RunSQL(
            "SELECT kernel.guard('delivery_mustarrive')",
            "SELECT kernel.unguard('delivery_mustarrive')",
        ),
        migrations.RunSQL(
            "SELECT kernel.refer('delivery_mustarrive', 'message_id', 'delivery_message')",
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(
            "SELECT kernel.refer('delivery_mustarrive', 'contact_id', 'contacts_contact')",
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(
            "SELECT kernel.allow_removal('delivery_mustarrive')",
            "SELECT kernel.forbid_removal('delivery_mustarrive')",
        ),
        migrations.RunSQL(
            f"SELECT kernel.keep_held('delivery_mustarrive', $${CONTACT}$$, $${CAMPAIGN}$$)",
            "DROP TRIGGER kept_by_hold ON public.delivery_mustarrive",
        ),
        migrations.RunSQL(DUE, "DROP FUNCTION kernel.due_arrivals(timestamptz)"),
    ]
