"""Passphrases of people, and what a message remembers of who must open it."""

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
        ("delivery", "0019_letter_walls"),
        ("tenancy", "0009_frozen_rows"),
    ]

    operations = [
        migrations.AddField(
            model_name="escrowitem",
            name="birth_date_tries",
            field=models.PositiveSmallIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="escrowitem",
            name="is_specially_protected",
            field=models.BooleanField(default=False),
        ),
        migrations.CreateModel(
            name="PortalPassphrase",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=tenancy.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("salt", models.BinaryField()),
                ("stretched", tenancy.fields.SealedBinaryField()),
                ("agreed_at", models.DateTimeField(default=tenancy.clock.now, editable=False)),
                ("ended_at", models.DateTimeField(null=True)),
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
            },
        ),
        migrations.AddField(
            model_name="escrowitem",
            name="passphrase",
            field=tenancy.models.TenantForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="delivery.portalpassphrase",
            ),
        ),
        migrations.AddIndex(
            model_name="portalpassphrase",
            index=models.Index(fields=["tenant", "contact"], name="portal_passphrase_of_contact"),
        ),
        migrations.AddConstraint(
            model_name="portalpassphrase",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at__isnull", True)),
                fields=("tenant", "contact"),
                name="portal_passphrase_one_in_force",
            ),
        ),
    ]
