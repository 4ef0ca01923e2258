"""Bounces come back to a domain whose records are broken now, as long as it was proven once.

Who proves it now comes first, and among those who did before, the last.
"""

from django.db import migrations

ONCE = """
CREATE OR REPLACE FUNCTION kernel.tenants_of_sender_domain(name text) RETURNS TABLE (tenant uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
    SELECT tenant_id FROM public.compliance_senderdomain
    WHERE domain = name AND (verified_at IS NOT NULL OR proven_at IS NOT NULL)
    ORDER BY verified_at DESC NULLS LAST, proven_at DESC
$$;
"""
NOW = """
CREATE OR REPLACE FUNCTION kernel.tenants_of_sender_domain(name text) RETURNS TABLE (tenant uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
    SELECT tenant_id FROM public.compliance_senderdomain
    WHERE domain = name AND verified_at IS NOT NULL ORDER BY verified_at DESC
$$;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("delivery", "0053_tls_report_with_policy"),
        ("compliance", "0028_domains_proven_before"),
    ]
    operations = [migrations.RunSQL(ONCE, NOW)]
