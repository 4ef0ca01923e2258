"""Guard every table of people; the consent ledger only grows; schedulers may see waiting imports."""

from django.db import migrations

GUARDED = (
    "contacts_contact",
    "contacts_attribute",
    "contacts_activity",
    "contacts_importrun",
    "contacts_importchunk",
    "contacts_importproblem",
)

REFERENCES = """
SELECT kernel.refer('contacts_activity', 'contact_id', 'contacts_contact');
SELECT kernel.refer('contacts_importrun', 'job_id', 'tenancy_job');
SELECT kernel.refer('contacts_importchunk', 'run_id', 'contacts_importrun');
SELECT kernel.refer('contacts_importproblem', 'run_id', 'contacts_importrun');
"""

DUE = """
CREATE FUNCTION kernel.due_imports() RETURNS TABLE (tenant_id uuid, due bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
    SELECT tenant_id, count(*) FROM public.contacts_importrun
    WHERE status IN ('checking', 'importing')
      AND (lease_expires_at IS NULL OR lease_expires_at < now())
    GROUP BY tenant_id ORDER BY min(created_at)
$$;
SELECT kernel.schedule_through('kernel.due_imports()', 'contacts_importrun');
"""


class Migration(migrations.Migration):
    dependencies = [("contacts", "0001_people"), ("tenancy", "0003_walls")]
    operations = [
        *(
            migrations.RunSQL(
                f"SELECT kernel.guard('{table}')", f"SELECT kernel.unguard('{table}')"
            )
            for table in GUARDED
        ),
        migrations.RunSQL(
            "SELECT kernel.guard_append_only('contacts_consentrecord')",
            "SELECT kernel.unguard('contacts_consentrecord')",
        ),
        migrations.RunSQL(REFERENCES, migrations.RunSQL.noop),
        migrations.RunSQL(DUE, "DROP FUNCTION kernel.due_imports()"),
    ]
