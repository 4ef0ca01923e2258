"""Nobody changes, deletes or truncates an audit event: grants refuse first, triggers refuse everybody."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_event")]
    operations = [
        migrations.RunSQL(
            "SELECT kernel.guard_append_only('audit_auditevent')",
            "SELECT kernel.unguard('audit_auditevent')",
        ),
    ]
