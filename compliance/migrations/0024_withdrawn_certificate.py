"""Certificates that were withdrawn, so that they are not relied on again."""

import django.db.models.deletion
from django.db import migrations, models

import tenancy.clock
import tenancy.fields
import tenancy.ids
import tenancy.scope


class Migration(migrations.Migration):
    dependencies = [
        ("compliance", "0023_alerts_about_domains"),
        ("tenancy", "0009_frozen_rows"),
    ]
    operations = [
        migrations.CreateModel(
            name="WithdrawnCertificate",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=tenancy.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("fingerprint_index", tenancy.fields.BlindIndexField()),
                ("expires_at", models.DateTimeField()),
                ("withdrawn_at", models.DateTimeField(default=tenancy.clock.now, editable=False)),
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
                        fields=["tenant", "fingerprint_index"], name="withdrawn_certificate_once"
                    )
                ],
            },
        ),
        migrations.RunSQL(
            "SELECT kernel.guard('compliance_withdrawncertificate'); "
            "SELECT kernel.allow_removal('compliance_withdrawncertificate')",
            "SELECT kernel.unguard('compliance_withdrawncertificate')",
        ),
    ]
