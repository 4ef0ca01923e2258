"""Guard the keys of a tenant. A request brings a key before anybody knows the tenant: one function tells."""

from django.db import migrations

TENANT_OF_KEY = """
CREATE FUNCTION kernel.tenant_of_api_key(secret bytea) RETURNS uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
    SELECT k.tenant_id FROM public.accounts_apikey k
    JOIN public.tenancy_tenant t ON t.id = k.tenant_id
    WHERE k.secret_hash = secret AND t.status = 'active'
$$;
SELECT kernel.schedule_through('kernel.tenant_of_api_key(bytea)', 'accounts_apikey');
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0005_api_key"), ("tenancy", "0003_walls")]
    operations = [
        migrations.RunSQL(
            "SELECT kernel.guard('accounts_apikey')", "SELECT kernel.unguard('accounts_apikey')"
        ),
        migrations.RunSQL(TENANT_OF_KEY, "DROP FUNCTION kernel.tenant_of_api_key(bytea)"),
    ]
