"""What systems asked to be sent to one person."""

import django.db.models.deletion
from django.db import migrations, models

import tenancy.clock
import tenancy.ids
import tenancy.models
import tenancy.scope


class Migration(migrations.Migration):
    dependencies = [
        ("campaigns", "0002_walls"),
        ("delivery", "0009_domain_posture_wall"),
        ("tenancy", "0003_walls"),
    ]

    operations = [
        migrations.CreateModel(
            name="SingleSend",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=tenancy.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("asked_by", models.CharField(max_length=64)),
                ("created_at", models.DateTimeField(default=tenancy.clock.now, editable=False)),
                (
                    "campaign",
                    tenancy.models.TenantForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="campaigns.campaign",
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
    ]
