"""Guard messages, let events only grow, and show the scheduler which tenants have mail to send."""

from django.db import migrations

REFERENCES = """
SELECT kernel.refer('delivery_message', 'contact_id', 'contacts_contact');
SELECT kernel.refer('delivery_messageevent', 'message_id', 'delivery_message');
"""

# The status changes several times in a message's life: room on its page keeps that cheap.
ROOM = "ALTER TABLE delivery_message SET (fillfactor = 70)"

# Counts stop at a thousand: they only say who has work, and how much more than one chunk.
DUE = """
CREATE FUNCTION kernel.due_messages(moment timestamptz) RETURNS TABLE (tenant uuid, due bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
    SELECT workspace.id, waiting.due
    FROM public.tenancy_tenant AS workspace, LATERAL (
        SELECT count(*) AS due, min(message.due_at) AS oldest FROM (
            SELECT due_at FROM public.delivery_message
            WHERE tenant_id = workspace.id AND status IN ('queued', 'deferred') AND due_at <= moment
            ORDER BY due_at LIMIT 1000
        ) AS message
    ) AS waiting
    WHERE workspace.status = 'active' AND waiting.due > 0 ORDER BY waiting.oldest
$$;
SELECT kernel.schedule_through('kernel.due_messages(timestamptz)', 'delivery_message');

CREATE FUNCTION kernel.expired_leases(moment timestamptz) RETURNS TABLE (tenant uuid, expired bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
    SELECT tenant_id, count(*) FROM public.delivery_message
    WHERE status IN ('leased', 'in_data') AND lease_expires_at < moment
    GROUP BY tenant_id ORDER BY min(lease_expires_at)
$$;
SELECT kernel.schedule_through('kernel.expired_leases(timestamptz)', 'delivery_message');
"""
NOT_DUE = """
DROP FUNCTION kernel.expired_leases(timestamptz);
DROP FUNCTION kernel.due_messages(timestamptz);
"""


class Migration(migrations.Migration):
    dependencies = [("delivery", "0001_messages"), ("tenancy", "0003_walls")]
    operations = [
        migrations.RunSQL(
            "SELECT kernel.guard('delivery_message')", "SELECT kernel.unguard('delivery_message')"
        ),
        migrations.RunSQL(
            "SELECT kernel.guard_append_only('delivery_messageevent')",
            "SELECT kernel.unguard('delivery_messageevent')",
        ),
        migrations.RunSQL(REFERENCES, migrations.RunSQL.noop),
        migrations.RunSQL(ROOM, "ALTER TABLE delivery_message RESET (fillfactor)"),
        migrations.RunSQL(DUE, NOT_DUE),
    ]
