"""What a workspace has learned about the protection of recipient domains."""

import django.db.models.deletion
from django.db import migrations, models

import tenancy.clock
import tenancy.fields
import tenancy.ids
import tenancy.scope


class Migration(migrations.Migration):
    dependencies = [
        ("delivery", "0007_escrow_reason_author_choice"),
        ("tenancy", "0003_walls"),
    ]

    operations = [
        migrations.CreateModel(
            name="DomainPosture",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=tenancy.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("domain_index", tenancy.fields.BlindIndexField()),
                ("verified_at", models.DateTimeField(null=True)),
                ("unsafe_since", models.DateTimeField(null=True)),
                ("seen_at", models.DateTimeField(default=tenancy.clock.now)),
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
                        fields=("tenant", "domain_index"), name="posture_once_per_domain"
                    )
                ],
            },
        ),
    ]
