"""Guard the tenant tables, open the shared ones with a reason, tell schedulers which tenants exist."""

from django.db import migrations

TENANT = """
ALTER TABLE tenancy_tenant ENABLE ROW LEVEL SECURITY;
ALTER TABLE tenancy_tenant FORCE ROW LEVEL SECURITY;
CREATE POLICY runtime_rows ON tenancy_tenant AS PERMISSIVE FOR ALL TO sealpost_runtime
    USING (true) WITH CHECK (true);
-- The operator works in the platform's scope and sees the list of workspaces, nothing inside them.
CREATE POLICY tenant_wall ON tenancy_tenant AS RESTRICTIVE FOR ALL TO PUBLIC
    USING ((SELECT kernel.current_tenant()) IN (id, '00000000-0000-7000-8000-000000000000'))
    WITH CHECK ((SELECT kernel.current_tenant()) IN (id, '00000000-0000-7000-8000-000000000000'));
GRANT SELECT, INSERT, UPDATE ON tenancy_tenant TO sealpost_runtime;
ALTER TABLE tenancy_tenant OWNER TO sealpost_owner;
INSERT INTO kernel.shared_table (name, reason)
    VALUES ('tenancy_tenant', 'the list of workspaces itself; its own wall compares the row id');

CREATE FUNCTION kernel.active_tenants() RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
    SELECT id FROM public.tenancy_tenant WHERE status = 'active' ORDER BY id
$$;
SELECT kernel.schedule_through('kernel.active_tenants()', 'tenancy_tenant');

CREATE FUNCTION kernel.due_system_mail() RETURNS TABLE (tenant_id uuid, due bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
    SELECT tenant_id, count(*) FROM public.tenancy_systemmail
    WHERE status = 'queued' AND due_at <= now() GROUP BY tenant_id ORDER BY min(due_at)
$$;
SELECT kernel.schedule_through('kernel.due_system_mail()', 'tenancy_systemmail');
"""

FRAMEWORK = """
SELECT kernel.share('django_migrations', 'SELECT', 'Django''s own bookkeeping, no customer data');
SELECT kernel.share('django_content_type', 'SELECT', 'Django''s own bookkeeping, no customer data');
SELECT kernel.share('auth_permission', '', 'part of django.contrib.auth, never used');
SELECT kernel.share('auth_group', '', 'part of django.contrib.auth, never used');
SELECT kernel.share('auth_group_permissions', '', 'part of django.contrib.auth, never used');
"""


class Migration(migrations.Migration):
    dependencies = [
        ("tenancy", "0002_tables"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("auth", "0012_alter_user_first_name_max_length"),
    ]
    operations = [
        migrations.RunSQL(
            "SELECT kernel.guard('tenancy_job')", "SELECT kernel.unguard('tenancy_job')"
        ),
        migrations.RunSQL(
            "SELECT kernel.guard('tenancy_systemmail')",
            "SELECT kernel.unguard('tenancy_systemmail')",
        ),
        migrations.RunSQL(TENANT, migrations.RunSQL.noop),
        migrations.RunSQL(FRAMEWORK, migrations.RunSQL.noop),
        migrations.RunSQL(
            "GRANT SELECT, INSERT, UPDATE ON tenancy_wrappedkey TO sealpost_runtime",
            migrations.RunSQL.noop,
            hints={"keys_database": True},
        ),
    ]
