"""Archives of closed months: what a ready one says stays, and a tick learns what is to be written.

The pieces of a file come and go while it is written; once it is ready, nobody adds or changes one.
"""

import django.db.models.deletion
from django.db import migrations, models

import tenancy.clock
import tenancy.fields
import tenancy.ids
import tenancy.models
import tenancy.scope

WALLS = """
SELECT kernel.guard('audit_archive');
SELECT kernel.guard('audit_archivepiece');
SELECT kernel.refer('audit_archive', 'job_id', 'tenancy_job');
SELECT kernel.refer('audit_archivepiece', 'archive_id', 'audit_archive');
REVOKE DELETE ON public.audit_archive FROM sealpost_runtime;

CREATE FUNCTION kernel.refuse_archive_change() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
    IF OLD.status = 'ready' AND to_jsonb(OLD) - '{job_id,checked_at,problem}'::text[]
        <> to_jsonb(NEW) - '{job_id,checked_at,problem}'::text[]
    THEN
        RAISE EXCEPTION 'an archive that is ready does not change' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
REVOKE ALL ON FUNCTION kernel.refuse_archive_change() FROM PUBLIC;
CREATE TRIGGER stays_once_ready BEFORE UPDATE ON public.audit_archive
    FOR EACH ROW EXECUTE FUNCTION kernel.refuse_archive_change();

CREATE FUNCTION kernel.refuse_piece_change() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog AS $$
DECLARE
    of_archive uuid := CASE WHEN TG_OP = 'INSERT' THEN NEW.archive_id ELSE OLD.archive_id END;
BEGIN
    IF TG_OP = 'UPDATE' AND current_user = 'sealpost_resealer' THEN
        RETURN NEW;
    END IF;
    IF TG_OP = 'UPDATE' OR EXISTS (
        SELECT 1 FROM public.audit_archive WHERE id = of_archive AND status = 'ready')
    THEN
        RAISE EXCEPTION 'the file of an archive does not change' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN CASE WHEN TG_OP = 'INSERT' THEN NEW ELSE OLD END;
END $$;
REVOKE ALL ON FUNCTION kernel.refuse_piece_change() FROM PUBLIC;
CREATE TRIGGER stays_once_ready BEFORE INSERT OR UPDATE OR DELETE ON public.audit_archivepiece
    FOR EACH ROW EXECUTE FUNCTION kernel.refuse_piece_change();
"""
UNWALL = """
DROP FUNCTION kernel.refuse_piece_change() CASCADE;
DROP FUNCTION kernel.refuse_archive_change() CASCADE;
SELECT kernel.unguard('audit_archivepiece');
SELECT kernel.unguard('audit_archive');
"""
DUE = """
-- The platform's own log has no page and no archives.
CREATE FUNCTION kernel.due_archives(closed date) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
    SELECT tree.tenant_id FROM public.audit_tree AS tree
    WHERE tree.size > 0 AND tree.tenant_id <> '00000000-0000-7000-8000-000000000000'
      AND NOT EXISTS (SELECT 1 FROM public.audit_archive AS kept
        WHERE kept.tenant_id = tree.tenant_id
          AND (kept.month >= date_trunc('month', closed)::date OR kept.status <> 'ready'))
    ORDER BY tree.tenant_id
$$;
SELECT kernel.schedule_through('kernel.due_archives(date)', 'audit_archive');

CREATE FUNCTION kernel.due_archive_jobs() RETURNS TABLE (tenant_id uuid, job_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
    SELECT tenant_id, id FROM public.tenancy_job
    WHERE kind IN ('audit.archive', 'audit.archive_check') AND status IN ('queued', 'running')
      AND (lease_expires_at IS NULL OR lease_expires_at < now()) ORDER BY created_at
$$;
SELECT kernel.schedule_through('kernel.due_archive_jobs()', 'tenancy_job');
"""
NOT_DUE = """
DROP FUNCTION kernel.due_archive_jobs();
DROP FUNCTION kernel.due_archives(date);
"""


class Migration(migrations.Migration):
    dependencies = [
        ("audit", "0007_due_checks"),
        ("tenancy", "0007_erasure_order"),
    ]

    operations = [
        migrations.CreateModel(
            name="Archive",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=tenancy.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("month", models.DateField()),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("writing", "Being written"),
                            ("ready", "Ready"),
                            ("stopped", "Stopped by a person"),
                            ("failed", "Not written"),
                        ],
                        default="writing",
                        max_length=7,
                    ),
                ),
                ("first", models.PositiveBigIntegerField()),
                ("end", models.PositiveBigIntegerField()),
                ("before", models.BinaryField()),
                ("after", models.BinaryField(default=b"")),
                ("size", models.PositiveBigIntegerField(null=True)),
                ("root", models.BinaryField(null=True)),
                ("sha256", models.CharField(blank=True, default="", max_length=64)),
                ("length", models.PositiveBigIntegerField(default=0)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("begun_at", models.DateTimeField(default=tenancy.clock.now, editable=False)),
                ("ready_at", models.DateTimeField(null=True)),
                ("checked_at", models.DateTimeField(null=True)),
                ("problem", models.TextField(blank=True, default="")),
                (
                    "job",
                    tenancy.models.TenantForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
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
            },
        ),
        migrations.CreateModel(
            name="ArchivePiece",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=tenancy.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("position", models.PositiveIntegerField()),
                ("length", models.PositiveIntegerField()),
                ("content", tenancy.fields.SealedBinaryField()),
                (
                    "archive",
                    tenancy.models.TenantForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="audit.archive",
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
            },
        ),
        migrations.AddConstraint(
            model_name="archive",
            constraint=models.UniqueConstraint(
                fields=("tenant", "month"), name="audit_archive_once_a_month"
            ),
        ),
        migrations.AddConstraint(
            model_name="archive",
            constraint=models.CheckConstraint(
                condition=models.Q(("first__lt", models.F("end"))),
                name="audit_archive_holds_an_event",
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
                        ("status", "ready"),
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
        migrations.AddConstraint(
            model_name="archivepiece",
            constraint=models.UniqueConstraint(
                fields=("tenant", "archive", "position"), name="audit_piece_once_a_position"
            ),
        ),
        migrations.RunSQL(WALLS, UNWALL),
        migrations.RunSQL(DUE, NOT_DUE),
    ]
