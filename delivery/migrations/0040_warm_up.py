"""How much a name that is new to mail operators sends to each of them in a day."""

import django.db.models.deletion
from django.db import migrations, models

import tenancy.clock
import tenancy.ids
import tenancy.models
import tenancy.scope


def _id() -> models.UUIDField:
    return models.UUIDField(
        default=tenancy.ids.uuid7, editable=False, primary_key=True, serialize=False
    )


def _tenant() -> models.ForeignKey:
    return models.ForeignKey(
        db_index=False,
        default=tenancy.scope.current_tenant_id,
        editable=False,
        on_delete=django.db.models.deletion.DO_NOTHING,
        related_name="+",
        to="tenancy.tenant",
    )


def _count() -> models.PositiveIntegerField:
    return models.PositiveIntegerField(default=0)


class Migration(migrations.Migration):
    dependencies = [
        ("delivery", "0039_portal_file_walls"),
        ("tenancy", "0003_walls"),
    ]

    operations = [
        migrations.CreateModel(
            name="WarmUpPlan",
            fields=[
                ("id", _id()),
                ("name", models.CharField(max_length=253)),
                ("start", models.PositiveIntegerField(default=100)),
                ("off_since", models.DateTimeField(null=True)),
                ("created_at", models.DateTimeField(default=tenancy.clock.now, editable=False)),
                ("tenant", _tenant()),
            ],
            options={
                "abstract": False,
                "constraints": [
                    models.UniqueConstraint(
                        fields=("tenant", "name"), name="warm_up_plan_once_per_name"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("start__gte", 50), ("start__lte", 300)),
                        name="warm_up_begins_carefully",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="WarmUp",
            fields=[
                ("id", _id()),
                ("lane", models.CharField(max_length=40)),
                ("day", models.DateField()),
                ("days", models.PositiveIntegerField(default=1)),
                ("cap", models.PositiveIntegerField()),
                ("is_over", models.BooleanField(default=False)),
                ("taken", _count()),
                ("accepted", _count()),
                ("deferred", _count()),
                ("refused", _count()),
                ("complained", _count()),
                ("postponed", _count()),
                (
                    "plan",
                    tenancy.models.TenantForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="lanes",
                        to="delivery.warmupplan",
                    ),
                ),
                ("tenant", _tenant()),
            ],
            options={
                "abstract": False,
                "constraints": [
                    models.UniqueConstraint(
                        fields=("tenant", "plan", "lane"), name="warm_up_once_per_lane"
                    )
                ],
            },
        ),
        migrations.RunSQL(
            "SELECT kernel.guard('delivery_warmupplan')",
            "SELECT kernel.unguard('delivery_warmupplan')",
        ),
        migrations.RunSQL(
            "SELECT kernel.guard('delivery_warmup')", "SELECT kernel.unguard('delivery_warmup')"
        ),
        migrations.RunSQL(
            "SELECT kernel.refer('delivery_warmup', 'plan_id', 'delivery_warmupplan')",
            migrations.RunSQL.noop,
        ),
    ]
