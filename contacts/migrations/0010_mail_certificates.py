"""Certificates that people's mail is encrypted to by S/MIME."""

import django.db.models.deletion
from django.db import migrations, models

import tenancy.clock
import tenancy.fields
import tenancy.ids
import tenancy.models
import tenancy.scope


class Migration(migrations.Migration):
    dependencies = [
        ("contacts", "0009_refuses_counting"),
        ("tenancy", "0009_frozen_rows"),
    ]
    operations = [
        migrations.CreateModel(
            name="PersonCertificate",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=tenancy.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("chain", tenancy.fields.SealedTextField()),
                ("expires_at", models.DateTimeField()),
                ("added_at", models.DateTimeField(default=tenancy.clock.now, editable=False)),
                (
                    "contact",
                    tenancy.models.TenantForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
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
                "constraints": [
                    models.UniqueConstraint(
                        fields=("tenant", "contact"), name="person_certificate_one_a_person"
                    )
                ],
            },
        ),
        migrations.RunSQL(
            "SELECT kernel.guard('contacts_personcertificate')",
            "SELECT kernel.unguard('contacts_personcertificate')",
        ),
        migrations.RunSQL(
            "SELECT kernel.refer('contacts_personcertificate', 'contact_id', 'contacts_contact')",
            "ALTER TABLE contacts_personcertificate "
            "DROP CONSTRAINT contacts_personcertificate_contact_id_same_tenant",
        ),
    ]
