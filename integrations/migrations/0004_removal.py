"""Answers of the API go by age."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("integrations", "0003_old_answers"), ("tenancy", "0006_removal")]
    operations = [
        migrations.RunSQL(
            "SELECT kernel.allow_removal('integrations_idempotentrequest')",
            "SELECT kernel.forbid_removal('integrations_idempotentrequest')",
        ),
    ]
