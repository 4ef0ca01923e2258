"""Passkeys of patients, and what a visit remembers of how it was let in."""

import django.db.models.deletion
from django.db import migrations, models

import tenancy.clock
import tenancy.fields
import tenancy.ids
import tenancy.models
import tenancy.scope


class Migration(migrations.Migration):
    dependencies = [
        ("contacts", "0008_looks_of_more_kinds"),
        ("delivery", "0031_portal_reminders"),
        ("tenancy", "0009_frozen_rows"),
    ]

    operations = [
        migrations.AddField(
            model_name="escrowvisit",
            name="asked_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="escrowvisit",
            name="challenge",
            field=models.BinaryField(null=True),
        ),
        migrations.AddField(
            model_name="escrowvisit",
            name="strength",
            field=models.PositiveSmallIntegerField(null=True),
        ),
        migrations.CreateModel(
            name="PortalPasskey",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=tenancy.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("credential", tenancy.fields.BlindIndexField()),
                ("credential_id", tenancy.fields.SealedBinaryField()),
                ("public_key", tenancy.fields.SealedBinaryField()),
                ("transports", models.JSONField(default=list)),
                ("sign_count", models.BigIntegerField(default=0)),
                ("strength", models.PositiveSmallIntegerField()),
                ("created_at", models.DateTimeField(default=tenancy.clock.now, editable=False)),
                ("last_used_at", models.DateTimeField(null=True)),
                (
                    "contact",
                    tenancy.models.TenantForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="contacts.contact",
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
                "indexes": [
                    models.Index(fields=["tenant", "contact"], name="portal_passkey_of_contact")
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("tenant", "credential"), name="portal_passkey_once_per_credential"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("sign_count__gte", 0)),
                        name="portal_passkey_counter_is_not_negative",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("strength__range", (1, 3))),
                        name="portal_passkey_has_a_known_strength",
                    ),
                ],
            },
        ),
    ]
