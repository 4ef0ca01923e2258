"""What recipients' domains say of their mail servers (MTA-STS), for as long as it holds."""

import django.db.models.deletion
from django.db import migrations, models

import tenancy.fields
import tenancy.ids
import tenancy.scope


class Migration(migrations.Migration):
    dependencies = [
        ("delivery", "0024_reply_walls"),
        ("tenancy", "0003_walls"),
    ]

    operations = [
        migrations.CreateModel(
            name="StsPolicy",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=tenancy.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("domain_index", tenancy.fields.BlindIndexField()),
                ("policy", tenancy.fields.SealedJSONField()),
                ("fetched_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
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
                        fields=("tenant", "domain_index"), name="sts_policy_once_per_domain"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("expires_at__gte", models.F("fetched_at"))),
                        name="sts_policy_expires_after_it_was_fetched",
                    ),
                ],
            },
        ),
        migrations.RunSQL(
            "SELECT kernel.guard('delivery_stspolicy')",
            "SELECT kernel.unguard('delivery_stspolicy')",
        ),
        migrations.RunSQL(
            "SELECT kernel.allow_removal('delivery_stspolicy')",
            "SELECT kernel.forbid_removal('delivery_stspolicy')",
        ),
    ]
