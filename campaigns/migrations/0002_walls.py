"""Guards the tables, ties them to their tenant, and lists tenants whose campaigns are due."""

from django.db import migrations

TABLES = [
    "campaigns_brand",
    "campaigns_template",
    "campaigns_campaign",
    "campaigns_approval",
    "campaigns_testsend",
]

REFERENCES = [
    ("campaigns_campaign", "segment_id", "segments_segment"),
    ("campaigns_campaign", "sender_id", "compliance_sender"),
    ("campaigns_approval", "campaign_id", "campaigns_campaign"),
    ("campaigns_testsend", "campaign_id", "campaigns_campaign"),
    ("campaigns_testsend", "contact_id", "contacts_contact"),
]

DUE = """
CREATE FUNCTION kernel.due_campaigns() RETURNS TABLE (tenant_id uuid, due bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
    SELECT tenant_id, count(*) FROM public.campaigns_campaign
    WHERE status = 'scheduled' AND send_at <= now() GROUP BY tenant_id ORDER BY min(send_at)
$$;
SELECT kernel.schedule_through('kernel.due_campaigns()', 'campaigns_campaign');

CREATE FUNCTION kernel.due_test_sends() RETURNS TABLE (tenant_id uuid, due bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
    SELECT tenant_id, count(*) FROM public.campaigns_testsend
    WHERE taken_at IS NULL GROUP BY tenant_id ORDER BY min(created_at)
$$;
SELECT kernel.schedule_through('kernel.due_test_sends()', 'campaigns_testsend');
"""
NOT_DUE = """
DROP FUNCTION kernel.due_test_sends();
DROP FUNCTION kernel.due_campaigns();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("campaigns", "0001_tables"),
        ("compliance", "0002_walls"),
        ("contacts", "0002_walls"),
        ("segments", "0002_walls"),
    ]
    operations = [
        *(
            migrations.RunSQL(
                f"SELECT kernel.guard('{table}')", f"SELECT kernel.unguard('{table}')"
            )
            for table in TABLES
        ),
        *(
            migrations.RunSQL(
                f"SELECT kernel.refer('{table}', '{column}', '{target}')",
                f"ALTER TABLE {table} DROP CONSTRAINT {table}_{column}_same_tenant",
            )
            for table, column, target in REFERENCES
        ),
        migrations.RunSQL(DUE, NOT_DUE),
    ]
