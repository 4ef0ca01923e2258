"""Certificates that senders sign with by S/MIME."""

import django.db.models.deletion
from django.db import migrations, models

import tenancy.clock
import tenancy.fields
import tenancy.ids
import tenancy.models
import tenancy.scope


class Migration(migrations.Migration):
    dependencies = [
        ("compliance", "0019_portal_links_and_paper"),
        ("tenancy", "0009_frozen_rows"),
    ]
    operations = [
        migrations.CreateModel(
            name="SenderCertificate",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=tenancy.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("chain", models.TextField()),
                ("private_key", tenancy.fields.SealedBinaryField()),
                ("expires_at", models.DateTimeField()),
                ("added_at", models.DateTimeField(default=tenancy.clock.now, editable=False)),
                (
                    "sender",
                    tenancy.models.TenantForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="compliance.sender",
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
                "constraints": [
                    models.UniqueConstraint(
                        fields=("tenant", "sender"), name="sender_certificate_one_a_sender"
                    )
                ],
            },
        ),
        migrations.RunSQL(
            "SELECT kernel.guard('compliance_sendercertificate')",
            "SELECT kernel.unguard('compliance_sendercertificate')",
        ),
        migrations.RunSQL(
            "SELECT kernel.refer('compliance_sendercertificate', 'sender_id', 'compliance_sender')",
            "ALTER TABLE compliance_sendercertificate "
            "DROP CONSTRAINT compliance_sendercertificate_sender_id_same_tenant",
        ),
    ]
