"""The end of a workspace, and the files that its data goes back in."""

import datetime as dt

import django.db.models.deletion
import django.db.models.expressions
from django.db import migrations, models

import tenancy.clock
import tenancy.fields
import tenancy.ids
import tenancy.models
import tenancy.scope


class Migration(migrations.Migration):
    dependencies = [
        ("compliance", "0009_disposal_walls"),
        ("tenancy", "0008_end_of_a_tenant"),
    ]

    operations = [
        migrations.CreateModel(
            name="DataReturn",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=tenancy.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("queued", "Being written"),
                            ("ready", "Ready to be taken"),
                            ("taken", "Taken"),
                            ("expired", "Deleted, nobody took it"),
                            ("canceled", "Canceled"),
                            ("failed", "Not written"),
                        ],
                        default="queued",
                        max_length=8,
                    ),
                ),
                ("lease_expires_at", models.DateTimeField(null=True)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("password", tenancy.fields.SealedTextField(null=True)),
                ("manifest", models.JSONField(default=dict)),
                ("size", models.PositiveBigIntegerField(default=0)),
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
            name="Ending",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=tenancy.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "asker_kind",
                    models.CharField(
                        choices=[("user", "An owner"), ("operator", "The platform's operator")],
                        max_length=8,
                    ),
                ),
                ("asked_by", models.CharField(max_length=64)),
                ("asked_by_name", models.CharField(max_length=150)),
                ("asked_at", models.DateTimeField(default=tenancy.clock.now, editable=False)),
                ("reason", tenancy.fields.SealedTextField()),
                ("decided_by", models.CharField(blank=True, default="", max_length=64)),
                ("decided_by_name", models.CharField(blank=True, default="", max_length=150)),
                ("decided_at", models.DateTimeField(null=True)),
                ("destroy_at", models.DateTimeField(null=True)),
                ("stopped", models.JSONField(default=dict)),
                ("stopped_at", models.DateTimeField(null=True)),
                ("closed_at", models.DateTimeField(null=True)),
                ("closed_by", models.CharField(blank=True, default="", max_length=64)),
                ("closed_by_name", models.CharField(blank=True, default="", max_length=150)),
                ("lease_expires_at", models.DateTimeField(null=True)),
                ("destroying_since", models.DateTimeField(null=True)),
                ("removed", models.JSONField(default=dict)),
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
            name="ReturnChunk",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=tenancy.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("position", models.PositiveIntegerField()),
                ("content", tenancy.fields.SealedBinaryField()),
                (
                    "of",
                    tenancy.models.TenantForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="compliance.datareturn",
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
            model_name="datareturn",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("status__in", ["queued", "ready", "taken", "expired", "canceled", "failed"])
                ),
                name="data_return_has_a_known_status",
            ),
        ),
        migrations.AddConstraint(
            model_name="datareturn",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status__in", ["queued", "ready"])),
                fields=("tenant",),
                name="data_return_one_at_a_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="ending",
            constraint=models.CheckConstraint(
                condition=models.Q(("asker_kind__in", ["user", "operator"])),
                name="ending_asker_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="ending",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("decided_at__isnull", True),
                        ("decided_by", ""),
                        ("destroy_at__isnull", True),
                    ),
                    models.Q(
                        ("decided_at__isnull", False),
                        (
                            "destroy_at__gte",
                            django.db.models.expressions.CombinedExpression(
                                models.F("decided_at"),
                                "+",
                                models.Value(dt.timedelta(days=30)),
                            ),
                        ),
                        models.Q(("decided_by", ""), _negated=True),
                        models.Q(("decided_by", models.F("asked_by")), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="ending_decided_by_another_with_a_grace",
            ),
        ),
        migrations.AddConstraint(
            model_name="ending",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("closed_at__isnull", True), ("closed_by", "")),
                    models.Q(
                        ("closed_at__isnull", False), models.Q(("closed_by", ""), _negated=True)
                    ),
                    _connector="OR",
                ),
                name="ending_closed_by_somebody",
            ),
        ),
        migrations.AddConstraint(
            model_name="ending",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("destroying_since__isnull", True),
                    models.Q(
                        ("closed_at__isnull", True),
                        ("destroying_since__gte", models.F("destroy_at")),
                    ),
                    _connector="OR",
                ),
                name="ending_destroyed_after_its_grace",
            ),
        ),
        migrations.AddConstraint(
            model_name="ending",
            constraint=models.UniqueConstraint(
                condition=models.Q(("closed_at__isnull", True)),
                fields=("tenant",),
                name="ending_one_at_a_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="returnchunk",
            constraint=models.UniqueConstraint(
                fields=("tenant", "of", "position"), name="return_chunk_once_per_position"
            ),
        ),
    ]
