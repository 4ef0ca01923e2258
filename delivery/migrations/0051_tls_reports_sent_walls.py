"""Guard what we report of TLS, and say which tenants saw some of it on a day."""

from django.db import migrations

TABLES = ("delivery_senttlsreport", "delivery_tlsreporting")
OBSERVERS = """
CREATE FUNCTION kernel.observers_of_tls(of_day date) RETURNS TABLE (tenant uuid, due bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
    SELECT tenant_id, count(*) FROM public.delivery_hostobservation
    WHERE day = of_day GROUP BY tenant_id ORDER BY tenant_id
$$;
SELECT kernel.schedule_through('kernel.observers_of_tls(date)', 'delivery_hostobservation');
"""


class Migration(migrations.Migration):
    dependencies = [("delivery", "0050_tls_reports_sent")]
    operations = [
        *(
            migrations.RunSQL(
                f"SELECT kernel.guard('{table}')", f"SELECT kernel.unguard('{table}')"
            )
            for table in TABLES
        ),
        migrations.RunSQL(
            "SELECT kernel.allow_removal('delivery_senttlsreport')",
            "SELECT kernel.forbid_removal('delivery_senttlsreport')",
        ),
        migrations.RunSQL(OBSERVERS, "DROP FUNCTION kernel.observers_of_tls(date)"),
    ]
