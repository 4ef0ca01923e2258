"""Sessions and factors are rows of the platform's tenant; a workspace sees its own members only."""

from django.db import migrations

GUARDED = ("invitation", "session", "totpdevice", "recoverycode", "signinfailures")

USER_WALL = """
ALTER TABLE accounts_user ENABLE ROW LEVEL SECURITY;
ALTER TABLE accounts_user FORCE ROW LEVEL SECURITY;
CREATE POLICY runtime_rows ON accounts_user AS PERMISSIVE FOR ALL TO sealpost_runtime
    USING (true) WITH CHECK (true);
CREATE POLICY member_wall ON accounts_user AS RESTRICTIVE FOR ALL TO PUBLIC
    USING ((SELECT kernel.current_tenant()) = '00000000-0000-7000-8000-000000000000'
        OR EXISTS (SELECT 1 FROM accounts_membership m
            WHERE m.user_id = accounts_user.id AND m.tenant_id = (SELECT kernel.current_tenant())))
    WITH CHECK ((SELECT kernel.current_tenant()) = '00000000-0000-7000-8000-000000000000');
"""
NO_USER_WALL = """
DROP POLICY member_wall ON accounts_user;
DROP POLICY runtime_rows ON accounts_user;
ALTER TABLE accounts_user NO FORCE ROW LEVEL SECURITY;
ALTER TABLE accounts_user DISABLE ROW LEVEL SECURITY;
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0003_sessions_and_factors")]
    operations = [
        *(
            migrations.RunSQL(
                f"SELECT kernel.guard('accounts_{table}')",
                f"SELECT kernel.unguard('accounts_{table}')",
            )
            for table in GUARDED
        ),
        migrations.RunSQL(USER_WALL, NO_USER_WALL),
    ]
