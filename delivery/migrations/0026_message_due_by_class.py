"""Due messages class by class: a code or a reminder overtakes a blast of a million."""

from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models

# Counts stop at a thousand of each class: they only say who has work, and how much more than one chunk.
BY_CLASS = """
CREATE OR REPLACE FUNCTION kernel.due_messages(moment timestamptz) RETURNS TABLE (tenant uuid, due bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
    SELECT workspace.id, waiting.due
    FROM public.tenancy_tenant AS workspace, LATERAL (
        SELECT count(*) AS due, min(message.due_at) AS oldest
        FROM unnest(ARRAY['code', 'notice', 'care', 'bulk']) AS class, LATERAL (
            SELECT due_at FROM public.delivery_message
            WHERE tenant_id = workspace.id AND mail_class = class
                AND status IN ('queued', 'deferred') AND due_at <= moment
            ORDER BY due_at LIMIT 1000
        ) AS message
    ) AS waiting
    WHERE workspace.status = 'active' AND waiting.due > 0 ORDER BY waiting.oldest
$$;
"""
BY_AGE = """
CREATE OR REPLACE FUNCTION kernel.due_messages(moment timestamptz) RETURNS TABLE (tenant uuid, due bigint)
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
"""
URGENT = """
CREATE FUNCTION kernel.urgent_messages(moment timestamptz) RETURNS TABLE (tenant uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
    SELECT workspace.id FROM public.tenancy_tenant AS workspace
    WHERE workspace.status = 'active' AND EXISTS (
        SELECT FROM public.delivery_message
        WHERE tenant_id = workspace.id AND mail_class = ANY(ARRAY['code', 'notice'])
            AND status IN ('queued', 'deferred') AND due_at <= moment
    )
$$;
SELECT kernel.schedule_through('kernel.urgent_messages(timestamptz)', 'delivery_message');
"""


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("delivery", "0025_sts_policy")]
    operations = [
        AddIndexConcurrently(
            model_name="message",
            index=models.Index(
                condition=models.Q(("status__in", ["queued", "deferred"])),
                fields=["tenant", "mail_class", "due_at"],
                name="message_due_by_class",
            ),
        ),
        migrations.RunSQL(BY_CLASS, BY_AGE),
        migrations.RunSQL(URGENT, "DROP FUNCTION kernel.urgent_messages(timestamptz)"),
        RemoveIndexConcurrently(model_name="message", name="message_due"),
    ]
