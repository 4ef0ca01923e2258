"""Guard mail that comes back, and tell the process that takes it whose it is."""

from django.db import migrations

CONTACT = """
SELECT m.contact_id FROM public.delivery_message m
WHERE m.tenant_id = gone.tenant_id AND m.id = gone.message_id
"""
CAMPAIGN = """
SELECT CASE m.cause WHEN 'campaign' THEN m.cause_id WHEN 'api' THEN (
    SELECT s.campaign_id FROM public.delivery_singlesend s
    WHERE s.tenant_id = m.tenant_id AND s.id = m.cause_id) END
FROM public.delivery_message m WHERE m.tenant_id = gone.tenant_id AND m.id = gone.message_id
"""

# Who proved a domain last comes first: of two that have it, one gets what names no message.
WHOSE = """
CREATE FUNCTION kernel.tenants_of_sender_domain(name text) RETURNS TABLE (tenant uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
    SELECT tenant_id FROM public.compliance_senderdomain
    WHERE domain = name AND verified_at IS NOT NULL ORDER BY verified_at DESC
$$;
SELECT kernel.schedule_through('kernel.tenants_of_sender_domain(text)', 'compliance_senderdomain');

CREATE FUNCTION kernel.waiting_inbound_mail() RETURNS TABLE (tenant uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
    SELECT tenant_id FROM public.delivery_inboundmail
    WHERE read_at IS NULL GROUP BY tenant_id ORDER BY min(received_at)
$$;
SELECT kernel.schedule_through('kernel.waiting_inbound_mail()', 'delivery_inboundmail');
"""
NOBODYS = """
DROP FUNCTION kernel.waiting_inbound_mail();
DROP FUNCTION kernel.tenants_of_sender_domain(text);
"""


class Migration(migrations.Migration):
    dependencies = [("delivery", "0016_inbound_mail"), ("compliance", "0006_legal_hold")]
    operations = [
        migrations.RunSQL(
            "SELECT kernel.guard('delivery_inboundmail')",
            "SELECT kernel.unguard('delivery_inboundmail')",
        ),
        migrations.RunSQL(
            "SELECT kernel.refer('delivery_inboundmail', 'message_id', 'delivery_message')",
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(
            "SELECT kernel.allow_removal('delivery_inboundmail')",
            "SELECT kernel.forbid_removal('delivery_inboundmail')",
        ),
        migrations.RunSQL(
            f"SELECT kernel.keep_held('delivery_inboundmail', $${CONTACT}$$, $${CAMPAIGN}$$)",
            "DROP TRIGGER kept_by_hold ON public.delivery_inboundmail",
        ),
        migrations.RunSQL(WHOSE, NOBODYS),
    ]
