"""What a workspace decided about sign-in, within bounds that nobody leaves."""

import django.db.models.deletion
from django.db import migrations, models

import accounts.networks
import tenancy.ids
import tenancy.scope


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0007_countersignature"),
        ("tenancy", "0003_walls"),
    ]

    operations = [
        migrations.CreateModel(
            name="SecuritySettings",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=tenancy.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("idle_minutes", models.PositiveSmallIntegerField(default=15)),
                ("absolute_hours", models.PositiveSmallIntegerField(default=12)),
                ("factors", models.JSONField(default=dict)),
                ("ip_allow_list", accounts.networks.NetworksField(default=list)),
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
                        fields=("tenant",), name="security_settings_once_per_tenant"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("idle_minutes__gte", 5), ("idle_minutes__lte", 60)),
                        name="security_settings_idle_is_5_to_60_minutes",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("absolute_hours__gte", 1), ("absolute_hours__lte", 24)),
                        name="security_settings_absolute_is_1_to_24_hours",
                    ),
                ],
            },
        ),
        migrations.RunSQL(
            "SELECT kernel.guard('accounts_securitysettings')",
            "SELECT kernel.unguard('accounts_securitysettings')",
        ),
    ]
