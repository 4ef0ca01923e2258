"""What we report to other domains of their TLS."""

import django.db.models.deletion
from django.db import migrations, models

import tenancy.clock
import tenancy.fields
import tenancy.ids
import tenancy.scope


class Migration(migrations.Migration):
    dependencies = [
        ("delivery", "0049_passphrase_chosen"),
        ("tenancy", "0009_frozen_rows"),
    ]

    operations = [
        migrations.CreateModel(
            name="SentTlsReport",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=tenancy.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("day", models.DateField()),
                ("domain_index", tenancy.fields.BlindIndexField()),
                ("domain", tenancy.fields.SealedTextField()),
                ("counts", tenancy.fields.SealedJSONField()),
                ("sessions", models.PositiveIntegerField()),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("queued", "Waits"),
                            ("sent", "Sent"),
                            ("unwanted", "Not asked for"),
                            ("failed", "Not taken"),
                        ],
                        default="queued",
                        max_length=8,
                    ),
                ),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("due_at", models.DateTimeField(default=tenancy.clock.now)),
                ("settled_at", models.DateTimeField(null=True)),
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
                    models.Index(
                        condition=models.Q(("status", "queued")),
                        fields=["due_at"],
                        name="tls_report_to_send",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("tenant", "day", "domain_index"), name="tls_report_sent_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("settled_at__isnull", True), ("status", "queued")),
                            models.Q(
                                ("settled_at__isnull", False),
                                ("status__in", ["sent", "unwanted", "failed"]),
                            ),
                            _connector="OR",
                        ),
                        name="tls_report_waits_or_is_settled",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("sessions__gte", 11)),
                        name="tls_report_is_about_no_single_person",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="TlsReporting",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=tenancy.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("off_since", models.DateTimeField(null=True)),
                ("gathered_day", models.DateField(null=True)),
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
                    models.UniqueConstraint(fields=("tenant",), name="tls_reporting_once")
                ],
            },
        ),
    ]
