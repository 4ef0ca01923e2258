"""How long each class of data stays, in bounds; the audit log never shorter than it was promised to."""

import django.db.models.deletion
from django.db import migrations, models

import tenancy.clock
import tenancy.ids
import tenancy.scope

# Events were recorded under a promise. Nobody, the owner of the workspace included, takes it back.
NEVER_SHORTER = """
CREATE FUNCTION kernel.refuse_shorter_audit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.audit_days < OLD.audit_days THEN
        RAISE EXCEPTION 'the audit log never stays shorter' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
REVOKE DELETE ON public.compliance_retentionsettings FROM sealpost_runtime;
CREATE TRIGGER audit_never_shorter BEFORE UPDATE ON public.compliance_retentionsettings
    FOR EACH ROW EXECUTE FUNCTION kernel.refuse_shorter_audit();
"""
SHORTER = """
DROP TRIGGER audit_never_shorter ON public.compliance_retentionsettings;
DROP FUNCTION kernel.refuse_shorter_audit();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("compliance", "0004_alert"),
        ("tenancy", "0005_reseal"),
    ]

    operations = [
        migrations.CreateModel(
            name="RetentionSettings",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=tenancy.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("messages_days", models.PositiveIntegerField(default=2192)),
                ("content_days", models.PositiveIntegerField(default=2192)),
                ("activity_days", models.PositiveIntegerField(default=2192)),
                ("imports_days", models.PositiveIntegerField(default=90)),
                ("exports_days", models.PositiveIntegerField(default=2192)),
                ("portal_days", models.PositiveIntegerField(default=2192)),
                ("audit_days", models.PositiveIntegerField(default=2192)),
                ("version", models.PositiveIntegerField(default=1)),
                ("changed_at", models.DateTimeField(default=tenancy.clock.now)),
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
                "constraints": [
                    models.UniqueConstraint(
                        fields=("tenant",), name="retention_settings_once_per_tenant"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("messages_days__range", (365, 3653))),
                        name="retention_of_messages_within_its_bounds",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("content_days__range", (2192, 5479))),
                        name="retention_of_content_within_its_bounds",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("activity_days__range", (365, 3653))),
                        name="retention_of_activity_within_its_bounds",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("imports_days__range", (7, 365))),
                        name="retention_of_imports_within_its_bounds",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("exports_days__range", (2192, 5479))),
                        name="retention_of_exports_within_its_bounds",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("portal_days__range", (365, 3653))),
                        name="retention_of_portal_within_its_bounds",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("audit_days__range", (2192, 5479))),
                        name="retention_of_audit_within_its_bounds",
                    ),
                ],
            },
        ),
        migrations.RunSQL(
            "SELECT kernel.guard('compliance_retentionsettings')",
            "SELECT kernel.unguard('compliance_retentionsettings')",
        ),
        migrations.RunSQL(NEVER_SHORTER, SHORTER),
    ]
