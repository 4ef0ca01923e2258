"""Stored answers of the API, sealed; kept for a day."""

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
            name="IdempotentRequest",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=tenancy.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("api_key_id", models.UUIDField()),
                ("key_index", tenancy.fields.BlindIndexField()),
                ("request_index", tenancy.fields.BlindIndexField()),
                ("started_at", models.DateTimeField(default=tenancy.clock.now)),
                ("status", models.PositiveSmallIntegerField(null=True)),
                ("answer", tenancy.fields.SealedBinaryField(null=True)),
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
                    models.Index(fields=["tenant", "started_at"], name="idempotent_request_age")
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("tenant", "api_key_id", "key_index"),
                        name="idempotent_request_once_per_key",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("answer__isnull", True), ("status__isnull", True)),
                            models.Q(("answer__isnull", False), ("status__isnull", False)),
                            _connector="OR",
                        ),
                        name="idempotent_request_answered_with_a_status",
                    ),
                ],
            },
        ),
    ]
