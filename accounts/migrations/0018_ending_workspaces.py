"""People of a workspace that is ending may sign in, to look and to take their data along; its systems are
told why they are refused.
"""

from django.db import migrations

FUNCTIONS = """
CREATE OR REPLACE FUNCTION kernel.memberships_of(person uuid) RETURNS TABLE (tenant_id uuid, role text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
    SELECT m.tenant_id, m.role FROM public.accounts_membership m
    JOIN public.tenancy_tenant t ON t.id = m.tenant_id
    WHERE m.user_id = person AND m.status = 'active' AND t.status IN ({open}) ORDER BY m.created_at
$$;
CREATE OR REPLACE FUNCTION kernel.tenant_of_api_key(secret bytea) RETURNS uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
    SELECT k.tenant_id FROM public.accounts_apikey k
    JOIN public.tenancy_tenant t ON t.id = k.tenant_id
    WHERE (k.secret_hash = secret OR k.old_secret_hash = secret) AND t.status IN ({open})
$$;
CREATE OR REPLACE FUNCTION kernel.tenant_of_api_client(client uuid) RETURNS uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
    SELECT k.tenant_id FROM public.accounts_apikey k
    JOIN public.tenancy_tenant t ON t.id = k.tenant_id
    WHERE k.id = client AND k.way <> 'key' AND t.status IN ({open})
$$;
CREATE OR REPLACE FUNCTION kernel.tenant_of_access_token(secret bytea) RETURNS uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
    SELECT k.tenant_id FROM public.accounts_accesstoken k
    JOIN public.tenancy_tenant t ON t.id = k.tenant_id
    WHERE k.token_hash = secret AND t.status IN ({open})
$$;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0017_emergencies_and_support"),
        ("tenancy", "0008_end_of_a_tenant"),
    ]
    operations = [
        migrations.RunSQL(
            FUNCTIONS.format(open="'active', 'ending'"), FUNCTIONS.format(open="'active'")
        ),
    ]
