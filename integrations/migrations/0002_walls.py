"""Guard the stored answers of a tenant's API requests."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("integrations", "0001_idempotent_request")]
    operations = [
        migrations.RunSQL(
            "SELECT kernel.guard('integrations_idempotentrequest')",
            "SELECT kernel.unguard('integrations_idempotentrequest')",
        ),
    ]
