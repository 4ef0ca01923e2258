"""Who looked at whom, and until when it is shown: no session remembers it any more."""

from datetime import timedelta

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import F, Q

import tenancy.clock
import tenancy.ids
import tenancy.models
import tenancy.scope


class Migration(migrations.Migration):
    dependencies = [("contacts", "0004_import_values_shown"), ("tenancy", "0003_walls")]

    operations = [
        migrations.CreateModel(
            name="Look",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=tenancy.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("reveal", "Saw one person's data"),
                            ("search", "Searched"),
                            ("export", "Exported"),
                        ],
                        max_length=6,
                    ),
                ),
                ("person_id", models.CharField(max_length=64)),
                ("person_name", models.CharField(max_length=150)),
                ("occurred_at", models.DateTimeField(default=tenancy.clock.now)),
                ("shown_until", models.DateTimeField(null=True)),
                (
                    "contact",
                    tenancy.models.TenantForeignKey(
                        db_index=False,
                        null=True,
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
                    models.CheckConstraint(
                        condition=Q(
                            kind__in=["search", "export"],
                            contact__isnull=True,
                            shown_until__isnull=True,
                        )
                        | Q(
                            kind="reveal",
                            contact__isnull=False,
                            shown_until__isnull=False,
                            shown_until__lte=F("occurred_at") + timedelta(minutes=5),
                        ),
                        name="look_reveals_one_person_for_five_minutes",
                    ),
                ],
                "indexes": [
                    models.Index(
                        fields=["tenant", "person_id", "-occurred_at"], name="look_of_person"
                    ),
                    models.Index(fields=["tenant", "contact"], name="look_at_contact"),
                ],
            },
        ),
        migrations.RunSQL(
            "SELECT kernel.guard('contacts_look'); "
            "SELECT kernel.refer('contacts_look', 'contact_id', 'contacts_contact')",
            "SELECT kernel.unguard('contacts_look')",
        ),
    ]
