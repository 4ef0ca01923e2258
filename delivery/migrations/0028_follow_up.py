"""How people were reached whom a message did not reach."""

import django.db.models.deletion
from django.db import migrations, models

import tenancy.clock
import tenancy.fields
import tenancy.ids
import tenancy.models
import tenancy.scope


class Migration(migrations.Migration):
    dependencies = [
        ("delivery", "0027_escrow_reasons_of_routes"),
    ]

    operations = [
        migrations.CreateModel(
            name="FollowUp",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=tenancy.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("opened_at", models.DateTimeField(default=tenancy.clock.now)),
                ("assigned_to", models.CharField(default="", max_length=64)),
                ("assigned_to_name", models.CharField(default="", max_length=150)),
                ("note", tenancy.fields.SealedTextField(null=True)),
                (
                    "outcome",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("telephone", "Reached by telephone"),
                            ("letter", "Sent a letter"),
                            ("in_person", "Told in person"),
                            ("arrived", "It did arrive"),
                            ("sent_again", "Sent again"),
                            ("not_needed", "Not needed any more"),
                        ],
                        default="",
                        max_length=10,
                    ),
                ),
                ("done_at", models.DateTimeField(null=True)),
                ("done_by", models.CharField(default="", max_length=64)),
                ("done_by_name", models.CharField(default="", max_length=150)),
                (
                    "message",
                    tenancy.models.TenantForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="delivery.message",
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
                    models.UniqueConstraint(fields=("tenant", "message"), name="follow_up_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "outcome__in",
                                [
                                    "",
                                    "telephone",
                                    "letter",
                                    "in_person",
                                    "arrived",
                                    "sent_again",
                                    "not_needed",
                                ],
                            )
                        ),
                        name="follow_up_has_a_known_outcome",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("done_at__isnull", True), ("done_by", ""), ("outcome", "")
                        )
                        | models.Q(
                            ("done_at__isnull", False),
                            models.Q(("outcome", ""), _negated=True),
                            models.Q(("done_by", ""), _negated=True),
                        ),
                        name="follow_up_done_has_outcome_and_person",
                    ),
                ],
            },
        ),
    ]
