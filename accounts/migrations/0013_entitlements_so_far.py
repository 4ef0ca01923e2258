"""What is known of memberships from before there was a history: that they began, and what holds now."""

from django.db import migrations

BEGINNING = """
INSERT INTO accounts_entitlement (id, tenant_id, membership_id, user_id, number, role, why,
    changed_at, changed_by, changed_by_name)
SELECT gen_random_uuid(), tenant_id, id, user_id, 1,
    CASE status WHEN 'active' THEN role ELSE '' END, 'joined', created_at, '', ''
FROM accounts_membership
ON CONFLICT DO NOTHING;
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0012_entitlements")]
    operations = [migrations.RunSQL(BEGINNING, migrations.RunSQL.noop)]
