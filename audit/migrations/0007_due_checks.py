"""A tick learns which checks of a log wait for a worker."""

from django.db import migrations

DUE = """
CREATE FUNCTION kernel.due_audit_checks() RETURNS TABLE (tenant_id uuid, job_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
    SELECT tenant_id, id FROM public.tenancy_job
    WHERE kind = 'audit.check' AND status IN ('queued', 'running')
      AND (lease_expires_at IS NULL OR lease_expires_at < now()) ORDER BY created_at
$$;
SELECT kernel.schedule_through('kernel.due_audit_checks()', 'tenancy_job');
"""
NOT_DUE = "DROP FUNCTION kernel.due_audit_checks();"


class Migration(migrations.Migration):
    dependencies = [("audit", "0006_anchor_walls"), ("tenancy", "0005_reseal")]
    operations = [migrations.RunSQL(DUE, NOT_DUE)]
