"""The table of segments; names and rules are ciphertext."""

import django.db.models.deletion
from django.db import migrations, models

import tenancy.clock
import tenancy.fields
import tenancy.ids
import tenancy.scope


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("tenancy", "0003_walls"),
    ]

    operations = [
        migrations.CreateModel(
            name="Segment",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=tenancy.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("name", tenancy.fields.SealedTextField()),
                ("rule", tenancy.fields.SealedJSONField()),
                ("version", models.PositiveIntegerField(default=1)),
                ("created_at", models.DateTimeField(default=tenancy.clock.now, editable=False)),
                ("changed_at", models.DateTimeField(default=tenancy.clock.now)),
                ("archived_at", models.DateTimeField(null=True)),
                ("people", models.PositiveIntegerField(null=True)),
                ("counted_at", models.DateTimeField(null=True)),
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
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("counted_at__isnull", True), ("people__isnull", True)),
                            models.Q(("counted_at__isnull", False), ("people__isnull", False)),
                            _connector="OR",
                        ),
                        name="segment_count_has_its_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("version__gte", 1)),
                        name="segment_version_starts_at_one",
                    ),
                ],
            },
        ),
    ]
