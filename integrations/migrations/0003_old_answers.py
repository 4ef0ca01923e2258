"""Schedulers may see which tenants have answers to forget."""

from django.db import migrations

DUE = """
CREATE FUNCTION kernel.old_api_answers(before timestamptz) RETURNS TABLE (tenant uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
    SELECT DISTINCT tenant_id FROM public.integrations_idempotentrequest WHERE started_at < before
$$;
SELECT kernel.schedule_through(
    'kernel.old_api_answers(timestamptz)', 'integrations_idempotentrequest');
"""


class Migration(migrations.Migration):
    dependencies = [("integrations", "0002_walls")]
    operations = [
        migrations.RunSQL(DUE, "DROP FUNCTION kernel.old_api_answers(timestamptz)"),
    ]
