"""Messages carry an index of the recipient's domain, whose name is sealed once in a workspace.

Reports of messages from before say "Not known" for their domains.
"""

import django.db.models.deletion
from django.db import migrations, models

import tenancy.clock
import tenancy.fields
import tenancy.ids
import tenancy.scope

TABLE = "delivery_recipientdomain"


class Migration(migrations.Migration):
    dependencies = [("delivery", "0040_warm_up"), ("tenancy", "0003_walls")]

    operations = [
        migrations.RemoveField("message", "domain"),
        migrations.AddField("message", "domain_index", tenancy.fields.BlindIndexField(null=True)),
        migrations.CreateModel(
            name="RecipientDomain",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=tenancy.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("domain_index", tenancy.fields.BlindIndexField()),
                ("domain", tenancy.fields.SealedTextField()),
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
                        fields=("tenant", "domain_index"), name="recipient_domain_once"
                    )
                ],
            },
        ),
        migrations.RunSQL(f"SELECT kernel.guard('{TABLE}')", f"SELECT kernel.unguard('{TABLE}')"),
        migrations.RunSQL(
            f"SELECT kernel.allow_removal('{TABLE}')", f"SELECT kernel.forbid_removal('{TABLE}')"
        ),
    ]
