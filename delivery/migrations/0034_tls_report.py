"""What other mail servers report of TLS with a workspace's domains."""

import django.db.models.deletion
from django.db import migrations, models

import tenancy.clock
import tenancy.fields
import tenancy.ids
import tenancy.scope


class Migration(migrations.Migration):
    dependencies = [("delivery", "0033_portal_passkey_walls")]

    operations = [
        migrations.CreateModel(
            name="TlsReport",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=tenancy.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("domain", models.CharField(max_length=253)),
                (
                    "policy",
                    models.CharField(
                        choices=[
                            ("no-policy-found", "No policy"),
                            ("sts", "MTA-STS"),
                            ("tlsa", "DANE"),
                        ],
                        max_length=15,
                    ),
                ),
                ("digest", tenancy.fields.BlindIndexField()),
                ("reporter", tenancy.fields.SealedTextField()),
                ("begins_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField()),
                ("successful", models.PositiveIntegerField()),
                ("failed", models.PositiveIntegerField()),
                ("failures", models.JSONField(default=dict)),
                ("received_at", models.DateTimeField(default=tenancy.clock.now, editable=False)),
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
                    models.Index(fields=["tenant", "domain", "-ends_at"], name="tls_report_newest")
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("tenant", "digest"), name="tls_report_once"),
                    models.CheckConstraint(
                        condition=models.Q(("policy__in", ["no-policy-found", "sts", "tlsa"])),
                        name="tls_report_has_a_known_policy",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("ends_at__gt", models.F("begins_at"))),
                        name="tls_report_ends_after_it_begins",
                    ),
                ],
            },
        ),
        migrations.RunSQL(
            "SELECT kernel.guard('delivery_tlsreport')",
            "SELECT kernel.unguard('delivery_tlsreport')",
        ),
        migrations.RunSQL(
            "SELECT kernel.allow_removal('delivery_tlsreport')",
            "SELECT kernel.forbid_removal('delivery_tlsreport')",
        ),
    ]
