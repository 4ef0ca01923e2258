"""Users belong to no tenant; memberships are guarded. Sign-in asks which workspaces a user may enter."""

from django.db import migrations

SQL = """
SELECT kernel.share('accounts_user', 'SELECT, INSERT, UPDATE',
    'a person signs in before any workspace is known, and may belong to several');
SELECT kernel.guard('accounts_membership');

CREATE FUNCTION kernel.memberships_of(person uuid) RETURNS TABLE (tenant_id uuid, role text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
    SELECT m.tenant_id, m.role FROM public.accounts_membership m
    JOIN public.tenancy_tenant t ON t.id = m.tenant_id
    WHERE m.user_id = person AND m.status = 'active' AND t.status = 'active' ORDER BY m.created_at
$$;
SELECT kernel.schedule_through('kernel.memberships_of(uuid)', 'accounts_membership');
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_user_and_membership"), ("tenancy", "0003_walls")]
    operations = [migrations.RunSQL(SQL, "SELECT kernel.unguard('accounts_membership')")]
