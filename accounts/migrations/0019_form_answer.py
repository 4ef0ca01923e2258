"""What forms were answered, so that one that comes twice acts once."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q

import tenancy.clock
import tenancy.fields
import tenancy.ids
import tenancy.scope


class Migration(migrations.Migration):
    dependencies = [("accounts", "0018_ending_workspaces"), ("tenancy", "0006_removal")]

    operations = [
        migrations.CreateModel(
            name="FormAnswer",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=tenancy.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("session", models.UUIDField()),
                ("token", models.UUIDField()),
                ("used_at", models.DateTimeField(default=tenancy.clock.now)),
                ("location", tenancy.fields.SealedTextField(null=True)),
                ("page", tenancy.fields.SealedBinaryField(null=True)),
                ("status", models.PositiveSmallIntegerField(null=True)),
                ("shown_until", models.DateTimeField(null=True)),
                ("is_shown_once", models.BooleanField(default=False)),
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
                        fields=["tenant", "session", "token"], name="form_answer_once_per_token"
                    ),
                    models.CheckConstraint(
                        condition=Q(page__isnull=True)
                        | Q(
                            location__isnull=False, status__isnull=False, shown_until__isnull=False
                        ),
                        name="form_answer_page_ends",
                    ),
                ],
                "indexes": [models.Index(fields=["tenant", "used_at"], name="form_answer_age")],
            },
        ),
        migrations.RunSQL(
            "SELECT kernel.guard('accounts_formanswer'); "
            "SELECT kernel.allow_removal('accounts_formanswer')",
            "SELECT kernel.unguard('accounts_formanswer')",
        ),
    ]
