"""What became of mail to each recipient domain on each day."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

import tenancy.fields
import tenancy.ids
import tenancy.scope


class Migration(migrations.Migration):
    dependencies = [
        ("delivery", "0035_refused_for_its_sender"),
        ("tenancy", "0003_walls"),
    ]

    operations = [
        migrations.CreateModel(
            name="DomainDay",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=tenancy.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("day", models.DateTimeField()),
                ("domain_index", tenancy.fields.BlindIndexField()),
                ("domain", tenancy.fields.SealedTextField()),
                ("operator", models.CharField(default="", max_length=20)),
                (
                    "people",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.IntegerField(), default=list, size=11
                    ),
                ),
                ("sent", models.PositiveIntegerField(default=0)),
                ("accepted", models.PositiveIntegerField(default=0)),
                ("deferred", models.PositiveIntegerField(default=0)),
                ("hard_bounced", models.PositiveIntegerField(default=0)),
                ("soft_bounced", models.PositiveIntegerField(default=0)),
                ("uncertain", models.PositiveIntegerField(default=0)),
                ("portal", models.PositiveIntegerField(default=0)),
                ("complained", models.PositiveIntegerField(default=0)),
                ("t0", models.PositiveIntegerField(default=0)),
                ("t1", models.PositiveIntegerField(default=0)),
                ("t2", models.PositiveIntegerField(default=0)),
                ("t3", models.PositiveIntegerField(default=0)),
                ("t4", models.PositiveIntegerField(default=0)),
                ("in_minute", models.PositiveIntegerField(default=0)),
                ("in_quarter", models.PositiveIntegerField(default=0)),
                ("in_hour", models.PositiveIntegerField(default=0)),
                ("in_six_hours", models.PositiveIntegerField(default=0)),
                ("in_day", models.PositiveIntegerField(default=0)),
                ("in_longer", models.PositiveIntegerField(default=0)),
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
                        fields=("tenant", "day", "domain_index"), name="domain_day_once_per_domain"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("people__len__lte", 11)),
                        name="domain_day_knows_few_people",
                    ),
                ],
            },
        ),
        migrations.RunSQL(
            "SELECT kernel.guard('delivery_domainday')",
            "SELECT kernel.unguard('delivery_domainday')",
        ),
        migrations.RunSQL(
            "SELECT kernel.allow_removal('delivery_domainday')",
            "SELECT kernel.forbid_removal('delivery_domainday')",
        ),
    ]
