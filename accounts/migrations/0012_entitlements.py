"""Every change of a role or status is kept by a trigger, with who made it and why."""

import django.db.models.deletion
from django.db import migrations, models

import tenancy.clock
import tenancy.ids
import tenancy.scope

# Runs with the rights of whoever changes the membership, behind the same wall. A change that does
# not say when it happened happened now; one that does not say who, was made by nobody we know.
TRIGGER = """
CREATE FUNCTION kernel.keep_entitlement() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    is_said boolean := TG_OP = 'INSERT' OR NEW.changed_at IS DISTINCT FROM OLD.changed_at;
BEGIN
    IF TG_OP = 'UPDATE' AND (OLD.role, OLD.status) IS NOT DISTINCT FROM (NEW.role, NEW.status) THEN
        RETURN NULL;
    END IF;
    INSERT INTO accounts_entitlement (id, tenant_id, membership_id, user_id, number, role, why,
        changed_at, changed_by, changed_by_name)
    SELECT gen_random_uuid(), NEW.tenant_id, NEW.id, NEW.user_id, coalesce(max(number), 0) + 1,
        CASE NEW.status WHEN 'active' THEN NEW.role ELSE '' END,
        CASE WHEN is_said THEN NEW.changed_why WHEN NEW.role <> OLD.role THEN 'role'
            WHEN NEW.status = 'active' THEN 'restored' ELSE 'suspended' END,
        CASE WHEN is_said THEN NEW.changed_at ELSE clock_timestamp() END,
        CASE WHEN is_said THEN NEW.changed_by ELSE '' END,
        CASE WHEN is_said THEN NEW.changed_by_name ELSE '' END
    FROM accounts_entitlement WHERE membership_id = NEW.id AND tenant_id = NEW.tenant_id;
    RETURN NULL;
END $$;
CREATE TRIGGER keep_entitlement AFTER INSERT OR UPDATE ON accounts_membership
    FOR EACH ROW EXECUTE FUNCTION kernel.keep_entitlement();
"""
NO_TRIGGER = """
DROP TRIGGER keep_entitlement ON accounts_membership;
DROP FUNCTION kernel.keep_entitlement();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0011_passkeys"),
        ("tenancy", "0003_walls"),
    ]

    operations = [
        migrations.AddField(
            model_name="apikey",
            name="created_by_id",
            field=models.CharField(blank=True, max_length=64),
        ),
        migrations.AddField(
            model_name="membership",
            name="changed_at",
            field=models.DateTimeField(default=tenancy.clock.now),
        ),
        migrations.AddField(
            model_name="membership",
            name="changed_by",
            field=models.CharField(blank=True, max_length=64),
        ),
        migrations.AddField(
            model_name="membership",
            name="changed_by_name",
            field=models.CharField(blank=True, max_length=150),
        ),
        migrations.AddField(
            model_name="membership",
            name="changed_why",
            field=models.CharField(
                choices=[
                    ("joined", "Joined"),
                    ("role", "Given another role"),
                    ("suspended", "Suspended by a person"),
                    ("restored", "Let in again"),
                    ("dormant", "Did not sign in for 45 days"),
                    ("expired", "The last day has passed"),
                ],
                default="joined",
                max_length=10,
            ),
        ),
        migrations.AddField(
            model_name="membership",
            name="expires_on",
            field=models.DateField(null=True),
        ),
        migrations.AddField(
            model_name="membership",
            name="warned_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="securitysettings",
            name="ends_keys_of_leavers",
            field=models.BooleanField(default=True),
        ),
        migrations.CreateModel(
            name="Entitlement",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=tenancy.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("membership_id", models.UUIDField()),
                ("user_id", models.UUIDField()),
                ("number", models.PositiveIntegerField()),
                (
                    "role",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("owner", "Owner"),
                            ("admin", "Administrator"),
                            ("marketer", "Marketer"),
                            ("analyst", "Analyst"),
                            ("compliance_officer", "Compliance officer"),
                            ("auditor", "Auditor"),
                        ],
                        max_length=20,
                    ),
                ),
                (
                    "why",
                    models.CharField(
                        choices=[
                            ("joined", "Joined"),
                            ("role", "Given another role"),
                            ("suspended", "Suspended by a person"),
                            ("restored", "Let in again"),
                            ("dormant", "Did not sign in for 45 days"),
                            ("expired", "The last day has passed"),
                        ],
                        max_length=10,
                    ),
                ),
                ("changed_at", models.DateTimeField()),
                ("changed_by", models.CharField(blank=True, max_length=64)),
                ("changed_by_name", models.CharField(blank=True, max_length=150)),
                (
                    "tenant",
                    models.ForeignKey(
                        db_index=False,
                        default=tenancy.scope.current_tenant_id,
                        editable=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="tenancy.tenant",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "indexes": [
                    models.Index(fields=["tenant", "changed_at"], name="entitlement_changed_at")
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("tenant", "membership_id", "number"),
                        name="entitlement_numbered_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "role__in",
                                [
                                    "",
                                    "owner",
                                    "admin",
                                    "marketer",
                                    "analyst",
                                    "compliance_officer",
                                    "auditor",
                                ],
                            )
                        ),
                        name="entitlement_has_a_known_role",
                    ),
                ],
            },
        ),
        migrations.RunSQL(
            "SELECT kernel.guard_append_only('accounts_entitlement')",
            "SELECT kernel.unguard('accounts_entitlement')",
        ),
        migrations.RunSQL(TRIGGER, NO_TRIGGER),
    ]
