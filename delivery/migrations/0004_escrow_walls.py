"""Guard the portal's tables, let its events only grow, and say which tenants have items to shred."""

from django.db import migrations

REFERENCES = """
SELECT kernel.refer('delivery_escrowitem', 'message_id', 'delivery_message');
SELECT kernel.refer('delivery_escrowitem', 'contact_id', 'contacts_contact');
SELECT kernel.refer('delivery_escrowvisit', 'item_id', 'delivery_escrowitem');
SELECT kernel.refer('delivery_escrowcode', 'visit_id', 'delivery_escrowvisit');
SELECT kernel.refer('delivery_escrowevent', 'item_id', 'delivery_escrowitem');
"""

DUE = """
CREATE FUNCTION kernel.expired_escrow(moment timestamptz) RETURNS TABLE (tenant uuid, expired bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
    SELECT tenant_id, count(*) FROM public.delivery_escrowitem
    WHERE status IN ('waiting', 'read') AND expires_at <= moment
    GROUP BY tenant_id ORDER BY min(expires_at)
$$;
SELECT kernel.schedule_through('kernel.expired_escrow(timestamptz)', 'delivery_escrowitem');
"""


def guard(table: str) -> migrations.RunSQL:
    return migrations.RunSQL(f"SELECT kernel.guard('{table}')", f"SELECT kernel.unguard('{table}')")


class Migration(migrations.Migration):
    dependencies = [("delivery", "0003_escrow"), ("tenancy", "0003_walls")]
    operations = [
        guard("delivery_escrowitem"),
        guard("delivery_escrowvisit"),
        guard("delivery_escrowcode"),
        migrations.RunSQL(
            "SELECT kernel.guard_append_only('delivery_escrowevent')",
            "SELECT kernel.unguard('delivery_escrowevent')",
        ),
        migrations.RunSQL(REFERENCES, migrations.RunSQL.noop),
        migrations.RunSQL(DUE, "DROP FUNCTION kernel.expired_escrow(timestamptz)"),
    ]
