"""Runs of retention, their certificates, and which workspaces are due."""

import django.db.models.deletion
from django.db import migrations, models

import tenancy.clock
import tenancy.ids
import tenancy.models
import tenancy.scope

STAYS = """
REVOKE DELETE ON public.compliance_retentionrun FROM sealpost_runtime;
CREATE FUNCTION kernel.refuse_run_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.ended_at IS NOT NULL AND to_jsonb(OLD) - 'job_id' <> to_jsonb(NEW) - 'job_id' THEN
        RAISE EXCEPTION 'a run that has ended does not change' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER stays_once_ended BEFORE UPDATE ON public.compliance_retentionrun
    FOR EACH ROW EXECUTE FUNCTION kernel.refuse_run_change();
"""
NOT_STAYS = """
DROP TRIGGER stays_once_ended ON public.compliance_retentionrun;
DROP FUNCTION kernel.refuse_run_change();
"""

DUE = """
CREATE FUNCTION kernel.due_retention(before timestamptz) RETURNS TABLE (tenant uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
    SELECT workspace.id FROM public.tenancy_tenant AS workspace
    WHERE workspace.status = 'active' AND (
        NOT EXISTS (SELECT 1 FROM public.compliance_retentionrun AS run
            WHERE run.tenant_id = workspace.id AND (run.begun_at > before OR run.ended_at IS NULL))
        OR EXISTS (SELECT 1 FROM public.tenancy_job AS job
            WHERE job.tenant_id = workspace.id AND job.kind = 'retention.run'
                AND job.status IN ('queued', 'running')
                AND (job.lease_expires_at IS NULL OR job.lease_expires_at < now())))
$$;
GRANT SELECT ON public.tenancy_tenant TO sealpost_scheduler;
SELECT kernel.schedule_through('kernel.due_retention(timestamptz)', 'compliance_retentionrun');
"""


class Migration(migrations.Migration):
    dependencies = [
        ("compliance", "0006_legal_hold"),
        ("tenancy", "0006_removal"),
    ]

    operations = [
        migrations.CreateModel(
            name="RetentionRun",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=tenancy.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("started_by", models.CharField(max_length=64)),
                ("started_by_name", models.CharField(max_length=150)),
                ("begun_at", models.DateTimeField(default=tenancy.clock.now)),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "outcome",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("done", "Everything that was due is gone"),
                            ("stopped", "Stopped by a person"),
                        ],
                        default="",
                        max_length=7,
                    ),
                ),
                ("rule_version", models.PositiveIntegerField()),
                ("days", models.JSONField()),
                ("removed", models.JSONField(default=dict)),
                ("certificate_hash", models.CharField(blank=True, default="", max_length=64)),
                ("event_id", models.UUIDField(null=True)),
                (
                    "job",
                    tenancy.models.TenantForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="retention_runs",
                        to="tenancy.job",
                    ),
                ),
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
                    models.Index(fields=["tenant", "-begun_at"], name="retention_run_newest")
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at__isnull", True)),
                        fields=("tenant",),
                        name="retention_one_run_at_a_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("certificate_hash", ""),
                                ("ended_at__isnull", True),
                                ("outcome", ""),
                            ),
                            models.Q(
                                ("ended_at__isnull", False),
                                ("outcome__in", ["done", "stopped"]),
                                models.Q(("certificate_hash", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="retention_run_ended_with_a_certificate",
                    ),
                ],
            },
        ),
        migrations.RunSQL(
            "SELECT kernel.guard('compliance_retentionrun')",
            "SELECT kernel.unguard('compliance_retentionrun')",
        ),
        migrations.RunSQL(
            "SELECT kernel.refer('compliance_retentionrun', 'job_id', 'tenancy_job')",
            "ALTER TABLE compliance_retentionrun DROP CONSTRAINT compliance_retentionrun_job_id_same_tenant",
        ),
        migrations.RunSQL(
            "SELECT kernel.allow_removal('compliance_retentionrun')",
            "SELECT kernel.forbid_removal('compliance_retentionrun')",
        ),
        migrations.RunSQL(STAYS, NOT_STAYS),
        migrations.RunSQL(DUE, "DROP FUNCTION kernel.due_retention(timestamptz)"),
    ]
