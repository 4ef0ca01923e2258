"""What a workspace says about factors can only ask for more: each role it names uses passkeys only."""

from django.db import migrations

SQL = """
ALTER TABLE accounts_securitysettings ADD CONSTRAINT security_settings_factors_only_narrow CHECK (
    jsonb_typeof(factors) = 'object'
    AND NOT jsonb_path_exists(factors, 'strict $.* ? (@.type() != "array" || @.size() != 1)')
    AND NOT jsonb_path_exists(
        factors, 'strict $.*[*] ? (@.type() != "string" || @ != "passkey")', '{}', true)
)
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0013_entitlements_so_far")]
    operations = [
        migrations.RunSQL(
            SQL,
            "ALTER TABLE accounts_securitysettings"
            " DROP CONSTRAINT security_settings_factors_only_narrow",
        )
    ]
