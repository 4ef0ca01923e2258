"""Files of people: encrypted, sealed once more, deleted when taken or after a day."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q

import tenancy.clock
import tenancy.fields
import tenancy.ids
import tenancy.models
import tenancy.scope

GUARD = """
SELECT kernel.guard('contacts_contactexport');
SELECT kernel.guard('contacts_exportchunk');
SELECT kernel.refer('contacts_contactexport', 'job_id', 'tenancy_job');
SELECT kernel.refer('contacts_exportchunk', 'export_id', 'contacts_contactexport');
"""
UNGUARD = """
SELECT kernel.unguard('contacts_contactexport');
SELECT kernel.unguard('contacts_exportchunk');
"""
DUE = """
CREATE FUNCTION kernel.due_exports() RETURNS TABLE (tenant_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
    SELECT DISTINCT tenant_id FROM public.contacts_contactexport
    WHERE status = 'queued' AND (lease_expires_at IS NULL OR lease_expires_at < now())
       OR status = 'ready' AND ready_at <= now() - interval '24 hours'
$$;
SELECT kernel.schedule_through('kernel.due_exports()', 'contacts_contactexport');
"""


def _own() -> list[tuple[str, models.Field]]:
    return [
        (
            "id",
            models.UUIDField(
                default=tenancy.ids.uuid7, editable=False, primary_key=True, serialize=False
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
    ]


class Migration(migrations.Migration):
    dependencies = [("contacts", "0005_look"), ("tenancy", "0003_walls")]

    operations = [
        migrations.CreateModel(
            name="ContactExport",
            fields=[
                *_own(),
                ("watermark", models.CharField(max_length=12)),
                ("profile", models.CharField(max_length=10)),
                ("fields", models.JSONField()),
                ("source", models.CharField(max_length=20)),
                ("source_id", models.UUIDField(null=True)),
                ("reason", tenancy.fields.SealedTextField()),
                ("most_rows", models.PositiveIntegerField()),
                ("rows", models.PositiveIntegerField(null=True)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("asked", "Waits for a second person"),
                            ("queued", "Being written"),
                            ("ready", "Ready to be taken"),
                            ("taken", "Taken"),
                            ("expired", "Deleted, nobody took it"),
                            ("canceled", "Canceled"),
                            ("failed", "Not written"),
                        ],
                        max_length=8,
                    ),
                ),
                ("lease_expires_at", models.DateTimeField(null=True)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("password", tenancy.fields.SealedTextField(null=True)),
                ("asked_by", models.CharField(max_length=64)),
                ("asked_by_name", models.CharField(max_length=150)),
                ("created_at", models.DateTimeField(default=tenancy.clock.now, editable=False)),
                ("ready_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "job",
                    tenancy.models.TenantForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="tenancy.job",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(
                        condition=Q(
                            status__in=[
                                "asked", "queued", "ready", "taken", "expired", "canceled", "failed",
                            ]
                        ),
                        name="contact_export_has_a_known_status",
                    ),
                    models.CheckConstraint(
                        condition=~Q(status__in=["expired", "canceled", "failed"])
                        | Q(password__isnull=True),
                        name="contact_export_without_file_has_no_password",
                    ),
                    models.UniqueConstraint(
                        fields=("tenant", "watermark"), name="contact_export_once_per_watermark"
                    ),
                ],
                "indexes": [
                    models.Index(
                        fields=["status", "ready_at"],
                        condition=Q(status__in=["queued", "ready"]),
                        name="contact_export_due",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ExportChunk",
            fields=[
                *_own(),
                ("position", models.PositiveIntegerField()),
                ("content", tenancy.fields.SealedBinaryField()),
                (
                    "export",
                    tenancy.models.TenantForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="contacts.contactexport",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "constraints": [
                    models.UniqueConstraint(
                        fields=("tenant", "export", "position"),
                        name="export_chunk_once_per_position",
                    ),
                ],
            },
        ),
        migrations.RunSQL(GUARD, UNGUARD),
        migrations.RunSQL(DUE, "DROP FUNCTION kernel.due_exports()"),
    ]  # fmt: skip
