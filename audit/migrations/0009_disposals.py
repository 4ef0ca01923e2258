"""Orders that the oldest events go. What was asked for does not change; the events themselves are kept by a
trigger of compliance, which knows of holds and periods.
"""

import django.db.models.deletion
from django.db import migrations, models

import tenancy.clock
import tenancy.ids
import tenancy.models
import tenancy.scope

WALLS = """
SELECT kernel.guard('audit_disposal');
SELECT kernel.refer('audit_disposal', 'job_id', 'tenancy_job');
REVOKE DELETE ON public.audit_disposal FROM sealpost_runtime;

CREATE FUNCTION kernel.refuse_disposal_change() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
    IF (NEW.id, NEW.tenant_id, NEW.month, NEW.first, NEW."end", NEW.keeps_archives, NEW.asked_by, NEW.asked_at)
        IS DISTINCT FROM
        (OLD.id, OLD.tenant_id, OLD.month, OLD.first, OLD."end", OLD.keeps_archives, OLD.asked_by, OLD.asked_at)
        OR OLD.granted_by <> '' AND NEW.granted_by <> OLD.granted_by
        OR OLD.event_id IS NOT NULL AND NEW.event_id IS DISTINCT FROM OLD.event_id
        OR OLD.status = 'done' AND to_jsonb(OLD) - 'job_id' <> to_jsonb(NEW) - 'job_id'
    THEN
        RAISE EXCEPTION 'a disposal stays as it was asked for' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
REVOKE ALL ON FUNCTION kernel.refuse_disposal_change() FROM PUBLIC;
CREATE TRIGGER stays_as_asked BEFORE UPDATE ON public.audit_disposal
    FOR EACH ROW EXECUTE FUNCTION kernel.refuse_disposal_change();
"""
UNWALL = """
DROP FUNCTION kernel.refuse_disposal_change() CASCADE;
SELECT kernel.unguard('audit_disposal');
"""
# The row of an archive stays when its file goes.
ARCHIVES = """
CREATE OR REPLACE FUNCTION kernel.refuse_archive_change() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog AS $$
DECLARE
    free text[] := '{job_id,checked_at,problem}';
BEGIN
    IF OLD.status = 'ready' AND NEW.status = 'disposed' THEN
        free := free || 'status'::text;
    END IF;
    IF OLD.status IN ('ready', 'disposed') AND to_jsonb(OLD) - free <> to_jsonb(NEW) - free THEN
        RAISE EXCEPTION 'an archive that is ready does not change' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE OR REPLACE FUNCTION kernel.refuse_piece_change() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog AS $$
DECLARE
    of_archive uuid := CASE WHEN TG_OP = 'INSERT' THEN NEW.archive_id ELSE OLD.archive_id END;
BEGIN
    IF TG_OP = 'UPDATE' AND current_user = 'sealpost_resealer' THEN
        RETURN NEW;
    END IF;
    -- Which of them may go, kernel.refuse_undisposed_file says.
    IF TG_OP = 'DELETE' AND current_user = 'sealpost_disposer' THEN
        RETURN OLD;
    END IF;
    IF TG_OP = 'UPDATE' OR EXISTS (
        SELECT 1 FROM public.audit_archive WHERE id = of_archive AND status IN ('ready', 'disposed'))
    THEN
        RAISE EXCEPTION 'the file of an archive does not change' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN CASE WHEN TG_OP = 'INSERT' THEN NEW ELSE OLD END;
END $$;
CREATE OR REPLACE FUNCTION kernel.due_archives(closed date) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
    SELECT tree.tenant_id FROM public.audit_tree AS tree
    WHERE tree.size > 0 AND tree.tenant_id <> '00000000-0000-7000-8000-000000000000'
      AND NOT EXISTS (SELECT 1 FROM public.audit_archive AS kept
        WHERE kept.tenant_id = tree.tenant_id
          AND (kept.month >= date_trunc('month', closed)::date OR kept.sha256 = ''))
    ORDER BY tree.tenant_id
$$;
"""
DUE = """
CREATE FUNCTION kernel.due_disposals() RETURNS TABLE (tenant_id uuid, job_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
    SELECT tenant_id, id FROM public.tenancy_job
    WHERE kind = 'audit.dispose' AND status IN ('queued', 'running')
      AND (lease_expires_at IS NULL OR lease_expires_at < now()) ORDER BY created_at
$$;
SELECT kernel.schedule_through('kernel.due_disposals()', 'tenancy_job');
"""


class Migration(migrations.Migration):
    dependencies = [
        ("audit", "0008_archives"),
        ("tenancy", "0007_erasure_order"),
    ]

    operations = [
        migrations.CreateModel(
            name="Disposal",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=tenancy.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("month", models.DateField()),
                ("first", models.PositiveBigIntegerField()),
                ("end", models.PositiveBigIntegerField()),
                ("keeps_archives", models.BooleanField()),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("asked", "Asked for"),
                            ("granted", "Granted"),
                            ("ordered", "Under way"),
                            ("stopped", "Stopped"),
                            ("done", "Done"),
                        ],
                        default="asked",
                        max_length=7,
                    ),
                ),
                ("asked_by", models.CharField(max_length=64)),
                ("asked_by_name", models.CharField(max_length=150)),
                ("asked_at", models.DateTimeField(default=tenancy.clock.now, editable=False)),
                ("granted_by", models.CharField(blank=True, default="", max_length=64)),
                ("granted_by_name", models.CharField(blank=True, default="", max_length=150)),
                ("granted_at", models.DateTimeField(null=True)),
                ("event_id", models.UUIDField(null=True)),
                ("reached", models.PositiveBigIntegerField()),
                ("removed", models.PositiveBigIntegerField(default=0)),
                ("ended_at", models.DateTimeField(null=True)),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.RemoveConstraint(
            model_name="archive",
            name="audit_archive_is_ready_with_a_file",
        ),
        migrations.AlterField(
            model_name="archive",
            name="status",
            field=models.CharField(
                choices=[
                    ("writing", "Being written"),
                    ("ready", "Ready"),
                    ("stopped", "Stopped by a person"),
                    ("failed", "Not written"),
                    ("disposed", "Disposed of"),
                ],
                default="writing",
                max_length=8,
            ),
        ),
        migrations.AddConstraint(
            model_name="archive",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("ready_at__isnull", False),
                        ("root__isnull", False),
                        ("size__gte", models.F("end")),
                        ("status__in", ["ready", "disposed"]),
                        models.Q(("sha256", ""), _negated=True),
                    ),
                    models.Q(
                        ("ready_at__isnull", True),
                        ("sha256", ""),
                        ("status__in", ["writing", "stopped", "failed"]),
                    ),
                    _connector="OR",
                ),
                name="audit_archive_is_ready_with_a_file",
            ),
        ),
        migrations.AddField(
            model_name="disposal",
            name="job",
            field=tenancy.models.TenantForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="tenancy.job",
            ),
        ),
        migrations.AddField(
            model_name="disposal",
            name="tenant",
            field=models.ForeignKey(
                db_index=False,
                default=tenancy.scope.current_tenant_id,
                editable=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="tenancy.tenant",
            ),
        ),
        migrations.AddConstraint(
            model_name="disposal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("first__lt", models.F("end")),
                    ("reached__gte", models.F("first")),
                    ("reached__lte", models.F("end")),
                ),
                name="audit_disposal_is_of_events",
            ),
        ),
        migrations.AddConstraint(
            model_name="disposal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("granted_by", ""), ("status", "asked")),
                    models.Q(
                        ("granted_at__isnull", False),
                        models.Q(("granted_by", ""), _negated=True),
                        models.Q(("granted_by", models.F("asked_by")), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="audit_disposal_granted_by_another",
            ),
        ),
        migrations.AddConstraint(
            model_name="disposal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("event_id__isnull", True), ("status__in", ["asked", "granted"])),
                    models.Q(
                        ("event_id__isnull", False), ("status__in", ["ordered", "stopped", "done"])
                    ),
                    _connector="OR",
                ),
                name="audit_disposal_begins_with_its_order",
            ),
        ),
        migrations.AddConstraint(
            model_name="disposal",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status__in", ["granted", "ordered", "stopped"])),
                fields=("tenant",),
                name="audit_disposal_one_at_a_time",
            ),
        ),
        migrations.RunSQL(WALLS, UNWALL),
        migrations.RunSQL(ARCHIVES, migrations.RunSQL.noop),
        migrations.RunSQL(DUE, "DROP FUNCTION kernel.due_disposals()"),
    ]
